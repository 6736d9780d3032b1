import axios, { type AxiosAdapter, type AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { load, loaded } from './commonjs-axios.cjs';
import { noting } from './noting-fetch.js';

/** What axios takes as an adapter: a function, a name, or a list of either to choose from. */
export type AdapterChoice = Parameters<typeof axios.getAdapter>[0];

export type AxiosBuild = Pick<typeof axios, 'getAdapter' | 'defaults' | 'AxiosError' | 'CanceledError'>;
type FindAdapter = (choice: AdapterChoice, config: InternalAxiosRequestConfig) => AxiosAdapter;

let commonJs: AxiosBuild | undefined;

/** Finds the function behind an adapter setting, for one request, as axios does. */
export function adapterFinder(choice: AdapterChoice): (config: InternalAxiosRequestConfig) => AxiosAdapter {
  return (config) => {
    const { getAdapter, defaults } = buildOf(config);
    const find = getAdapter as FindAdapter;
    const adapter = typeof choice === 'function' ? choice : find(choice ?? defaults.adapter, config);
    // Nearly always; nothing else of axios has this name.
    if ((adapter as { adapterName?: unknown }).adapterName === 'http') return adapter;
    return noting(adapter, config.env, (env) => find('fetch', env as InternalAxiosRequestConfig));
  };
}

/** As the http adapter of axios tells an error that happened before there was an answer. */
export function axiosErrorOf(error: unknown, config: InternalAxiosRequestConfig): AxiosError {
  return buildOf(config).AxiosError.from(error as Error, undefined, config);
}

/** The build for `require()`, where something in this process has loaded it. */
export function loadedCommonJs(): AxiosBuild | undefined {
  try {
    return loaded() as AxiosBuild | undefined;
  } catch {
    // In a bundle there may be one build only.
    return undefined;
  }
}

/**
 * axios has a build for `import` and one for `require`, each with an `AxiosError` of its own. A request stays in the one
 * that it came from.
 */
function buildOf({ headers }: InternalAxiosRequestConfig): AxiosBuild {
  if (headers instanceof AxiosHeaders) return axios;
  commonJs ??= loadCommonJs();
  return commonJs;
}

function loadCommonJs(): AxiosBuild {
  try {
    return load() as AxiosBuild;
  } catch {
    // In a bundle there may be one build only.
    return axios;
  }
}
