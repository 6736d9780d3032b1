import { Readable } from 'node:stream';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** The caller's view of a request: nothing in it has ever seen the token. */
export interface CallerView {
  readonly config: InternalAxiosRequestConfig;
  readonly url: URL;
}

/**
 * Puts the caller's own config back on an answer, and a plain description in place of Node's request object, which holds
 * the raw header of what was sent and ends up in logs.
 */
export function printableResponse(response: AxiosResponse, view: CallerView): AxiosResponse {
  response.config = view.config;
  response.request = description(view);
  if (response.data instanceof Readable) response.data = relay(response.data, view);
  return response;
}

/** The same for whatever a request was rejected with. */
export function printableError(error: unknown, view: CallerView): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const raw = error as { config?: unknown; request?: unknown; response?: AxiosResponse };
  if (raw.config !== undefined) raw.config = view.config;
  if (raw.request !== undefined) raw.request = description(view);
  if (raw.response !== undefined) printableResponse(raw.response, view);
  return error;
}

function description({ config, url }: CallerView) {
  const path = url.pathname + url.search;
  return { method: (config.method ?? 'get').toUpperCase(), host: url.host, path, res: { responseUrl: url.href } };
}

/** A streamed answer is Node's own object, with the request and its raw header hanging from it. */
function relay(source: Readable, view: CallerView): Readable {
  async function* chunks() {
    try {
      yield* source;
    } catch (error) {
      throw printableError(error, view);
    }
  }
  const fresh = Readable.from(chunks(), { objectMode: false });
  // Destroyed before it was read, a generator never runs, and would leave the socket open.
  fresh.once('close', () => source.destroy());
  return fresh;
}
