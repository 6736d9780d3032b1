import type axios = require('axios');

/**
 * axios has a separate file with its types for CommonJS. NestJS 11 is CommonJS and reads that file, also in an
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
