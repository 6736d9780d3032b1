import { ContaSimplesAuthError } from '../../model/auth-error.js';
import type { AdapterChoice } from './axios-build.js';
import { isSupportedAxios, SUPPORTED_AXIOS } from './axios-version.js';
import { isGuarded } from './guarded-instance.js';

/**
 * An axios instance, of whatever copy and build of axios: the part of it that is needed here.
 *
 * @publicApi
 */
export interface AttachableAxiosInstance {
  /** Its defaults, of which the adapter is replaced by one that sends the token. */
  readonly defaults: object;
}

interface Defaults {
  adapter?: AdapterChoice;
}

/**
 * The defaults of an instance that the token may be attached to.
 *
 * @throws ContaSimplesAuthError of kind `configuration` for the axios of the whole process, and for what is none
 */
export function defaultsOf(instance: AttachableAxiosInstance): Defaults {
  const given: unknown = instance;
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) throw notAnInstance();
  if ('axiosRef' in given) throw refusal('is an HttpService: pass its axiosRef');
  // By its shape, not by identity: an application may have loaded the other build of axios. Only the default export
  // carries the static members.
  if ('isAxiosError' in given) {
    throw refusal(
      'is the default axios, which every library of the process shares: with a bare `imports: [HttpModule]` use ' +
        'HttpModule.register({}), elsewhere axios.create()',
    );
  }
  if (isGuarded(given)) throw refusal('belongs to ContaSimplesHttpService, which sends the token by itself');
  const defaults = 'defaults' in given ? given.defaults : undefined;
  if (typeof defaults !== 'object' || defaults === null || !('interceptors' in given)) throw notAnInstance();
  if (!isSupportedAxios(given)) throw refusal(`is an instance of another version of axios: ${SUPPORTED_AXIOS}`);
  return defaults as Defaults;
}

function notAnInstance(): ContaSimplesAuthError {
  return refusal('is no axios instance: pass what axios.create() returned, or the axiosRef of an HttpService');
}

function refusal(problem: string): ContaSimplesAuthError {
  const what = `attach() was called with something that ${problem}`;
  return new ContaSimplesAuthError({ kind: 'configuration', what });
}
