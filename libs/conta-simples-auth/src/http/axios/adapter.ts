import type { Agent } from 'node:https';
import { Readable } from 'node:stream';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../model/access-token.js';
import { detachedBody } from '../body/detached-body.js';
import { NO_BODY, type RequestBody, requestBody, unchangedBody } from '../body/request-body.js';
import { fullAddress, untrustedOrigin, untrustedServer } from '../destination.js';
import {
  type CallerView,
  hideContents,
  redactError,
  redactErrorAndFile,
  redactResponse,
} from '../redaction/redacted-result.js';
import { type AccountKeepers, authorization, type Sent, sendWithToken } from '../send.js';
import { axiosErrorOf, joinErrorClasses } from './axios-builds.js';
import { agentOf, type DefaultAgents, destinationOf, goesWithoutToken } from './axios-destination.js';
import { isHttpAdapter, wasAnswered401 } from './inner-adapter.js';
import { untrustedConnectionOf } from './verified-agent.js';

export interface TokenAdapterOptions {
  /** Returns the adapter that sends a request; called for each request, as axios does. */
  readonly inner: (config: InternalAxiosRequestConfig) => AxiosAdapter;
  /** Whether `inner` is an adapter of the application, such as that of axios-mock-adapter, and not one of axios. */
  readonly isCustom?: boolean;
  readonly accounts: AccountKeepers;
  /** Whose token to send. */
  readonly account: string | undefined;
  readonly origins: ReadonlySet<string>;
  /** What to do with a request to another server. */
  readonly untrusted: 'send_without_token' | 'reject';
  /** Default: Node's global agents. */
  readonly agents?: DefaultAgents;
}

const NODE_AGENTS: DefaultAgents = {};

/**
 * An adapter is the last stage before the request is sent. If the token were attached earlier, a later interceptor,
 * `baseURL`, `auth` or a redirect could send it to another server. In the caller's config, every logged error would
 * contain it.
 */
export function createTokenAdapter(options: TokenAdapterOptions): AxiosAdapter {
  const { accounts, account, origins, isCustom = false, agents = NODE_AGENTS } = options;
  const sendsUntrusted = options.untrusted === 'send_without_token';
  return async (config) => {
    const inner = options.inner(config);
    const withoutToken = goesWithoutToken(config);
    if (withoutToken && sendsUntrusted) return sendUnchanged(inner, config);
    const destination = destinationOf(config, inner, origins, agents);
    if (destination.name === 'untrusted') {
      if (sendsUntrusted) return sendUnchanged(inner, config);
      throw untrustedOrigin(accounts.get(account).account, destination.why);
    }
    const { url } = destination;
    const httpsAgent = destination.name === 'trusted' ? destination.httpsAgent : undefined;
    const used: AccessToken[] = [];
    const view: CallerView = { config, url, used };

    if (withoutToken) {
      const options = { inner, view, url, httpsAgent, body: unchangedBody(config.data), isCustom };
      const sent = await send(options).then(answered).catch(failed);
      const elsewhere = sent.ok ? undefined : untrustedConnectionOf(sent.error);
      if (elsewhere !== undefined) throw untrustedOrigin(accounts.get(account).account, elsewhere.message);
      return resultOf(sent, view);
    }

    const keeper = accounts.get(account);
    if (destination.name === 'unchecked') throw untrustedServer(keeper.account, destination.why);
    // An agent holds the sockets of all requests in flight, and those hold raw headers with the token. Node's global agent
    // is also in every error of the application's plain axios.
    hideContents(agentOf(config, url, agents));
    hideContents(config.fetchOptions?.dispatcher);
    const body = config.data === undefined ? NO_BODY : requestBody(config.data);
    const sending = sendWithToken<AxiosResponse, Sent<AxiosResponse>>({
      keeper,
      limits: config,
      body,
      returnsAccepted401: true,
      send: (token, timeoutMs) => {
        used.push(token);
        return send({ inner, view, url, httpsAgent, body, isCustom, token, timeoutMs });
      },
      answered,
      failed,
      result: (sent) => sent,
    });
    const sent = await (body.stream === undefined
      ? sending
      : sending.catch((error: unknown) => {
          throw body.stream?.brokeWith(error) ? redactError(axiosErrorOf(error, config), view) : error;
        }));
    const elsewhere = sent.ok ? undefined : untrustedConnectionOf(sent.error);
    if (elsewhere === undefined) return resultOf(sent, view);
    // The request was not sent. If its body can be sent again, it is handled like a request to any other server.
    if (sendsUntrusted && body.isReplayable) return sendUnchanged(inner, config);
    throw untrustedOrigin(keeper.account, elsewhere.message);
  };
}

/** Sends the request unchanged; only redacts the result, because an agent in it may hold sockets of requests with the token. */
async function sendUnchanged(inner: AxiosAdapter, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const view = { config, used: [] };
  try {
    return redactResponse(await inner(config), view);
  } catch (error) {
    joinErrorClasses();
    throw redactError(error, view);
  }
}

async function resultOf(sent: Sent<AxiosResponse>, view: CallerView): Promise<AxiosResponse> {
  if (sent.ok) return redactResponse(sent.response, view);
  joinErrorClasses();
  throw await redactErrorAndFile(sent.error, view);
}

interface SendOptions {
  readonly inner: AxiosAdapter;
  /** Holds the caller's config. */
  readonly view: CallerView;
  /** The checked address. */
  readonly url: URL;
  /** Replaces the agent of the config. */
  readonly httpsAgent: Agent | undefined;
  readonly body: RequestBody;
  readonly isCustom: boolean;
  /** Left out for a request with other credentials or none. */
  readonly token?: AccessToken;
  /** The rest of the caller's `timeout`, milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** The most kept connections of an agent whose server may be unknown: each attempt closes one of them. */
const MAX_UNKNOWN_CONNECTIONS = 20;

async function send(options: SendOptions): Promise<AxiosResponse> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await options.inner(privateCopy(options));
    } catch (error) {
      const isUnknown = options.httpsAgent !== undefined && untrustedConnectionOf(error)?.isUnknown;
      if (!isUnknown || !options.body.isReplayable || attempt > MAX_UNKNOWN_CONNECTIONS) throw error;
    }
  }
}

function answered(response: AxiosResponse): Sent<AxiosResponse> {
  return { ok: true, status: response.status, response, body: response.data };
}

function failed(error: unknown): Sent<AxiosResponse> {
  const { response } = (error ?? {}) as { response?: AxiosResponse };
  return { ok: false, status: response?.status ?? rejectedStatus(error), error, body: response?.data };
}

interface RawRequest {
  readonly statusCode?: unknown;
  readonly res?: { readonly statusCode?: unknown } | null;
}

/** 401 if that was the status of a response whose body broke off or was too long: the token was rejected all the same. */
function rejectedStatus(error: unknown): 401 | undefined {
  const { request } = (error ?? {}) as { request?: RawRequest | null };
  // Over HTTP/1 the response is `request.res`, over HTTP/2 it is `request`; for `fetch` it is recorded separately.
  return (request?.res ?? request)?.statusCode === 401 || wasAnswered401(request) ? 401 : undefined;
}

/** The config that is sent. The token is in no other object, and the caller never gets this one. */
function privateCopy(options: SendOptions): InternalAxiosRequestConfig {
  const { view, url, httpsAgent, isCustom, token, timeoutMs } = options;
  const { config } = view;
  const copy = copiedConfig(config);
  const address = isCustom ? addressForCustom(copy, url) : { url: url.href, baseURL: undefined };
  copy.url = address.url;
  copy.baseURL = address.baseURL;
  copy.allowAbsoluteUrls = true;
  copy.maxRedirects = 0;
  if (httpsAgent !== undefined) copy.httpsAgent = httpsAgent;
  // The `fetch` adapter of axios 1.18 ignores `maxRedirects`.
  copy.fetchOptions = { ...config.fetchOptions, redirect: 'manual' };
  if (token !== undefined) {
    copy.headers = copiedHeaders(config.headers);
    setHeader(copy.headers, 'Authorization', authorization(token));
  }
  setBody(copy, options);
  if (timeoutMs !== undefined) {
    copy.timeout = timeoutMs;
    copy.timeoutErrorMessage = config.timeoutErrorMessage ?? `timeout of ${config.timeout}ms exceeded`;
  }
  // Trusted addresses with plain http are on this machine: a proxy could only read the request.
  if (url.protocol === 'http:') copy.proxy = false;
  return copy;
}

/**
 * The checked address for an adapter of the application. axios-mock-adapter removes the base URL before it looks for a
 * handler, so `baseURL` is set such that the rest is the path that the caller gave. `url` is absolute, so the base is not
 * added again.
 */
function addressForCustom(config: InternalAxiosRequestConfig, checked: URL): { url: string; baseURL?: string } {
  const { baseURL, url: path, allowAbsoluteUrls } = config;
  if (typeof baseURL !== 'string' || typeof path !== 'string') return { url: checked.href };
  const url = fullAddress(baseURL, path, allowAbsoluteUrls);
  const isChecked = URL.canParse(url) && new URL(url).href === checked.href;
  if (!isChecked || !url.endsWith(path)) return { url: checked.href };
  // An absolute URL that begins with the base URL: axios-mock-adapter removes the base from it as well.
  if (url === path) return path.startsWith(baseURL) ? { url, baseURL } : { url: checked.href };
  return { url, baseURL: url.slice(0, url.length - path.length) };
}

function setBody(copy: InternalAxiosRequestConfig, { inner, view, body }: SendOptions): void {
  // Both mean "no limit", but for a number from 0 axios sends a stream through another one that counts its bytes.
  if (copy.maxBodyLength === Number.POSITIVE_INFINITY && isHttpAdapter(inner)) copy.maxBodyLength = -1;
  const redact = (error: unknown) => redactError(error, view);
  if (body.contentType !== undefined) setHeader(copy.headers, 'Content-Type', body.contentType);
  const { pieces, length = 0 } = body;
  // As axios compares it: `null` is a limit of 0.
  const limit = Number(copy.maxBodyLength);
  const isWithinLimit = !(limit > -1) || length <= limit;
  if (pieces !== undefined && isWithinLimit && isHttpAdapter(inner)) {
    if (!hasHeader(copy.headers, 'content-length')) setHeader(copy.headers, 'Content-Length', String(length));
    copy.maxBodyLength = -1;
    copy.data = detachedBody(Readable.from(pieces, { objectMode: false }), redact);
  } else copy.data = body.isReplayable ? body.data : detachedBody(body.data, redact);
}

/** The same as `{ ...config }`, in a quarter of the time: the object that axios passes is slow to spread. */
function copiedConfig(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const copy: Record<string, unknown> = {
    url: '',
    baseURL: undefined,
    maxRedirects: 0,
    fetchOptions: undefined,
    data: undefined,
    proxy: undefined,
  };
  for (const [name, value] of Object.entries(config)) if (name !== '__proto__') copy[name] = value;
  return copy as unknown as InternalAxiosRequestConfig;
}

type Headers = InternalAxiosRequestConfig['headers'];

/** Copies the properties and keeps the class. A new `AxiosHeaders` would parse every header, which takes far longer. */
function copiedHeaders(headers: Headers): Headers {
  return Object.assign(Object.create(Object.getPrototypeOf(headers)), headers);
}

function setHeader(headers: Headers, name: string, value: string): void {
  const lowerCase = name.toLowerCase();
  for (const present of Object.keys(headers)) {
    if (present.length === name.length && present.toLowerCase() === lowerCase) delete headers[present];
  }
  headers[name] = value;
}

/** An adapter that wraps this one may pass a plain object. */
function hasHeader(headers: Headers, lowerCase: string): boolean {
  return Object.entries(headers).some(([name, value]) => name.toLowerCase() === lowerCase && value !== undefined);
}
