import { Readable } from 'node:stream';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import type { TokenKeeper } from '../token/keeper.js';
import { CallerDeadline } from './caller-deadline.js';
import { destinationOf, goesWithoutToken } from './destination.js';
import { guardedSend, type Sent } from './guarded-send.js';
import { type CallerView, printableError, printableResponse } from './printable.js';
import { privateCopy, type SendOptions } from './private-copy.js';
import { untrustedOrigin } from './refusals.js';
import { requestBody } from './request-body.js';

export interface BearerAdapterOptions {
  /** Sends a request for good; looked up for each one, as axios does. */
  readonly inner: (config: InternalAxiosRequestConfig) => AxiosAdapter;
  readonly keeper: () => TokenKeeper;
  readonly origins: ReadonlySet<string>;
  /** What becomes of a request to a stranger: sent without the token, or refused. */
  readonly untrusted: 'send_without_token' | 'refuse';
}

/**
 * Attaches the token at the last stage before the wire. Any earlier, and a later interceptor, `baseURL`, `auth` or a
 * redirect could send it elsewhere; in the caller's config, it would be in every logged error.
 */
export function createBearerAdapter(options: BearerAdapterOptions): AxiosAdapter {
  return async (config) => {
    const inner = options.inner(config);
    const withoutToken = goesWithoutToken(config);
    const passesThrough = options.untrusted === 'send_without_token';
    if (withoutToken && passesThrough) return passThrough(inner, config);
    const destination = destinationOf(config, options.origins);
    if (destination.name === 'untrusted') {
      if (passesThrough) return passThrough(inner, config);
      throw untrustedOrigin(options.keeper().account, destination.why);
    }
    const { url } = destination;
    const used: AccessToken[] = [];
    const view = { config, url, used };
    if (withoutToken) {
      const body = { data: config.data, isReplayable: false };
      return unwrap(await send(inner, config, { url, body }), view);
    }
    const body = requestBody(config.data);
    const deadline = new CallerDeadline(config);
    const sent = await guardedSend<AxiosResponse>({
      keeper: options.keeper(),
      deadline,
      isReplayable: body.isReplayable,
      send: (token) => {
        used.push(token);
        return send(inner, config, { url, body, token, timeout: deadline.remainingMs });
      },
      discard,
      // Who takes every status for an answer gets this one, too.
      surfacesRefusal: ({ ok }) => ok,
    });
    return unwrap(sent, view);
  };
}

/**
 * As if we were not there, but for what can be printed of it: its agent is that of requests with the token, and holds
 * their sockets.
 */
async function passThrough(inner: AxiosAdapter, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const view = { config, used: [] };
  try {
    return printableResponse(await inner(config), view);
  } catch (error) {
    throw printableError(error, view);
  }
}

async function send(
  inner: AxiosAdapter,
  config: InternalAxiosRequestConfig,
  options: SendOptions,
): Promise<Sent<AxiosResponse>> {
  try {
    const response = await inner(privateCopy(config, options));
    return { ok: true, status: response.status, response };
  } catch (error) {
    return { ok: false, status: responseOf(error)?.status, error };
  }
}

function unwrap(sent: Sent<AxiosResponse>, view: CallerView): AxiosResponse {
  if (sent.ok) return printableResponse(sent.response, view);
  throw printableError(sent.error, view);
}

/** A streamed answer that nobody will read would keep its connection. */
function discard(sent: Sent<AxiosResponse>): void {
  const data: unknown = (sent.ok ? sent.response : responseOf(sent.error))?.data;
  if (data instanceof Readable) data.on('error', () => {}).resume();
  else if (data instanceof ReadableStream) data.cancel().catch(() => {});
}

function responseOf(error: unknown): AxiosResponse | undefined {
  return (error as { response?: AxiosResponse } | undefined)?.response;
}
