import type axios = require('axios');

/**
 * The types that axios has for CommonJS are a file of their own. NestJS 11 is CommonJS and reads those, also in an
 * application of ES modules.
 */
declare module 'axios' {
  interface AxiosRequestConfig {
    /** `false` sends this request without the account's token. Default: true. */
    contaSimplesAuth?: boolean;
  }
}

/** The config of a request, as `require('axios')` types it. */
export type CommonJsRequestConfig = axios.AxiosRequestConfig;
