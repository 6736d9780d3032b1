import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';

/** Requests that were answered with 401, whatever became of the body of that answer. */
const refused = new WeakSet<object>();

/**
 * The `fetch` of the platform, for the fetch adapter of axios. An error of that adapter does not say which status the
 * answer had whose body it could not read; its `request` is the one that is noted here.
 */
async function notingFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status === 401 && typeof input === 'object') refused.add(input);
  return response;
}

/** Whether this request of the fetch adapter was answered with 401. */
export function wasRefused(request: unknown): boolean {
  return typeof request === 'object' && request !== null && refused.has(request);
}

type Env = InternalAxiosRequestConfig['env'];

/** What finds the fetch adapter of one build of axios, for one config. */
export type FindFetchAdapter = (config: { env?: Env }) => AxiosAdapter;

/** The same adapter. Where it is the fetch adapter of axios over the platform's `fetch`, one that notes a 401. */
export function noting(adapter: AxiosAdapter, env: Env, find: FindFetchAdapter): AxiosAdapter {
  const given = (env as { fetch?: unknown } | undefined)?.fetch;
  if (given && given !== fetch) return adapter;
  if (adapter === find({ env })) return find({ env: { ...env, fetch: notingFetch } as Env });
  // As `getAdapter('fetch')` hands it out, for any request.
  return adapter === find({}) ? find({ env: { fetch: notingFetch } as Env }) : adapter;
}
