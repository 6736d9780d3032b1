import type axios from 'axios';
import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import { buildOf } from './axios-builds.js';

/** The values of axios' option `adapter`: a function, a name, or a list of both to choose from. */
export type AdapterChoice = Parameters<typeof axios.getAdapter>[0];

type Env = InternalAxiosRequestConfig['env'];
type FindAdapter = (choice: AdapterChoice, config: { env?: Env }) => AxiosAdapter;

/** Finds the adapter function that an instance would have used for a request, as axios does. */
export function adapterFinder(choice: AdapterChoice): (config: InternalAxiosRequestConfig) => AxiosAdapter {
  return (config) => {
    const { getAdapter, defaults } = buildOf(config);
    const find = getAdapter as FindAdapter;
    const adapter = typeof choice === 'function' ? choice : find(choice ?? defaults.adapter, config);
    return isHttpAdapter(adapter) ? adapter : recording401(adapter, config.env, find);
  };
}

/** Whether an adapter is the one of axios over Node's `http`, which nearly every request uses. */
export function isHttpAdapter(adapter: AxiosAdapter): boolean {
  return (adapter as { adapterName?: unknown }).adapterName === HTTP.adapterName;
}

/** The mark of that adapter; no other adapter of axios has this name. */
export const HTTP = { adapterName: 'http' } as const;

const answered401 = new WeakSet<object>();

/** Whether this request of the fetch adapter was answered with 401. */
export function wasAnswered401(request: unknown): boolean {
  return typeof request === 'object' && request !== null && answered401.has(request);
}

/**
 * The platform's `fetch` for the fetch adapter of axios. If the body of a response cannot be read, the error of that
 * adapter has the request, but not the status of the response; so a 401 is recorded here.
 */
async function recordingFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status === 401 && typeof input === 'object') answered401.add(input);
  return response;
}

/** The same adapter; if it is the fetch adapter of axios with the platform's `fetch`, one that records each 401. */
function recording401(adapter: AxiosAdapter, env: Env, find: FindAdapter): AxiosAdapter {
  const given = (env as { fetch?: unknown } | undefined)?.fetch;
  if (given && given !== fetch) return adapter;
  if (adapter === find('fetch', { env })) return find('fetch', { env: { ...env, fetch: recordingFetch } as Env });
  // `getAdapter('fetch')` without a config returns another function.
  return adapter === find('fetch', {}) ? find('fetch', { env: { fetch: recordingFetch } as Env }) : adapter;
}
