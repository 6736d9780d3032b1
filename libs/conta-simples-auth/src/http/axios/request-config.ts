// For its types: it adds the same property to what axios has for `require()`.
export type * from './commonjs-request-config.cjs';

// Without type parameters: how many there are differs between versions of axios.
declare module 'axios' {
  interface AxiosRequestConfig {
    /** `false` sends this request without the account's token. Default: true. */
    contaSimplesAuth?: boolean;
  }
}
