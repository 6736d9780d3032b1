import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../model/access-token.js';
import type { TokenKeeper } from '../../token/keeper.js';
import { isAnswerStream } from '../body/relayed-stream.js';
import { bodyAsItIs, requestBody } from '../body/request-body.js';
import { CallerDeadline } from '../caller-deadline.js';
import {
  type CallerView,
  printableError,
  printableErrorWithFile,
  printableResponse,
} from '../redaction/redacted-result.js';
import { untrustedOrigin, untrustedServer } from '../refusals.js';
import { guardedSend, type Sent } from '../send.js';
import { axiosErrorOf } from './axios-build.js';
import { joinErrorClasses } from './axios-error-classes.js';
import { destinationOf, goesWithoutToken, hideConnections, type OwnAgents } from './destination.js';
import { wasRefused } from './noting-fetch.js';
import { privateCopy, type SendOptions } from './private-copy.js';
import { untrustedConnectionOf } from './verified-agent.js';

export interface BearerAdapterOptions {
  /** Sends a request for good; looked up for each one, as axios does. */
  readonly inner: (config: InternalAxiosRequestConfig) => AxiosAdapter;
  /** Whether `inner` is an adapter of the application, such as that of axios-mock-adapter, and none of axios. */
  readonly isForeign?: boolean;
  readonly keeper: () => TokenKeeper;
  readonly origins: ReadonlySet<string>;
  /** What becomes of a request to a stranger: sent without the token, or refused. */
  readonly untrusted: 'send_without_token' | 'refuse';
  /** The agents of requests that name none. Default: Node's global ones. */
  readonly agents?: OwnAgents;
}

/**
 * Attaches the token at the last stage before the wire. Any earlier, and a later interceptor, `baseURL`, `auth` or a
 * redirect could send it elsewhere; in the caller's config, it would be in every logged error.
 */
export function createBearerAdapter(options: BearerAdapterOptions): AxiosAdapter {
  const { isForeign } = options;
  return async (config) => {
    const inner = options.inner(config);
    const withoutToken = goesWithoutToken(config);
    const passesThrough = options.untrusted === 'send_without_token';
    if (withoutToken && passesThrough) return passThrough(inner, config);
    const agents = options.agents ?? GLOBAL_AGENTS;
    const destination = destinationOf(config, inner, options.origins, agents);
    if (destination.name === 'untrusted') {
      if (passesThrough) return passThrough(inner, config);
      throw untrustedOrigin(options.keeper().account, destination.why);
    }
    const { url } = destination;
    const httpsAgent = destination.name === 'trusted' ? destination.httpsAgent : undefined;
    const used: AccessToken[] = [];
    const view = { config, url, used };
    const redact = (error: unknown) => printableError(error, view);
    if (withoutToken) {
      const sent = await send(inner, config, { url, httpsAgent, body: bodyAsItIs(config.data), isForeign, redact });
      const elsewhere = sent.ok ? undefined : untrustedConnectionOf(sent.error);
      if (elsewhere !== undefined) throw untrustedOrigin(options.keeper().account, elsewhere.message);
      return unwrap(sent, view);
    }
    const keeper = options.keeper();
    if (destination.name === 'unchecked') throw untrustedServer(keeper.account, destination.why);
    hideConnections(config, url, agents);
    const body = requestBody(config.data);
    const deadline = new CallerDeadline(config, body.stream);
    const sent = await guardedSend<AxiosResponse>({
      keeper,
      deadline,
      isReplayable: body.isReplayable,
      send: (token) => {
        used.push(token);
        return send(inner, config, { url, httpsAgent, body, token, isForeign, timeout: deadline.remainingMs, redact });
      },
      discard,
      // Who takes every status for an answer gets this one, too.
      surfacesRefusal: ({ ok }) => ok,
    }).catch((error: unknown) => {
      throw body.stream?.brokeWith(error) ? printableError(axiosErrorOf(error, config), view) : error;
    });
    const elsewhere = sent.ok ? undefined : untrustedConnectionOf(sent.error);
    if (elsewhere === undefined) return unwrap(sent, view);
    // Nothing of the request has left: what can be sent again goes out as it would to any other server.
    if (passesThrough && body.isReplayable) return passThrough(inner, config);
    throw untrustedOrigin(keeper.account, elsewhere.message);
  };
}

const GLOBAL_AGENTS: OwnAgents = {};

/**
 * As if we were not there, but for what can be printed of it: its agent is that of requests with the token, and holds
 * their sockets.
 */
async function passThrough(inner: AxiosAdapter, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const view = { config, used: [] };
  try {
    return printableResponse(await inner(config), view);
  } catch (error) {
    joinErrorClasses();
    throw printableError(error, view);
  }
}

/** How many connections of unknown ends an agent may have kept: each send closes one of them. */
const MOST_UNKNOWN_CONNECTIONS = 20;

async function send(
  inner: AxiosAdapter,
  config: InternalAxiosRequestConfig,
  options: SendOptions,
  attempt = 1,
): Promise<Sent<AxiosResponse>> {
  try {
    const response = await inner(privateCopy(config, options));
    return { ok: true, status: response.status, response };
  } catch (error) {
    const isUnknown = options.httpsAgent !== undefined && untrustedConnectionOf(error)?.isUnknown;
    if (isUnknown && options.body.isReplayable && attempt <= MOST_UNKNOWN_CONNECTIONS) {
      return send(inner, config, options, attempt + 1);
    }
    joinErrorClasses();
    return { ok: false, status: statusOf(error), error };
  }
}

function unwrap(sent: Sent<AxiosResponse>, view: CallerView): AxiosResponse | Promise<never> {
  return sent.ok ? printableResponse(sent.response, view) : reject(sent.error, view);
}

async function reject(error: unknown, view: CallerView): Promise<never> {
  throw await printableErrorWithFile(error, view);
}

/** Closes a streamed answer that is not handed on. It may never end, so it is not read to keep its connection. */
function discard(sent: Sent<AxiosResponse>): void {
  const data: unknown = (sent.ok ? sent.response : responseOf(sent.error))?.data;
  if (isAnswerStream(data)) data.on('error', () => {}).destroy?.();
  else if (data instanceof ReadableStream) data.cancel().catch(() => {});
}

interface RawRequest {
  readonly statusCode?: unknown;
  readonly res?: { readonly statusCode?: unknown } | null;
}

/**
 * A 401 is one although its body broke off or was too long: what it refuses was decided before. Of any other answer that
 * came to nothing no status is told, unless axios does.
 */
function statusOf(error: unknown): number | undefined {
  const { request } = (error ?? {}) as { request?: RawRequest | null };
  // Over HTTP/1 the request knows its answer, over HTTP/2 it is its answer, and that of `fetch` knows nothing.
  const isRefused = (request?.res ?? request)?.statusCode === 401 || wasRefused(request);
  return responseOf(error)?.status ?? (isRefused ? 401 : undefined);
}

function responseOf(error: unknown): AxiosResponse | undefined {
  return (error as { response?: AxiosResponse } | undefined)?.response;
}
