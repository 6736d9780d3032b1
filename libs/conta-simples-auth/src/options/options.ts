import type { Agent } from 'node:https';
import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ClientAuthEncoding, ContaSimplesCredentials } from '../accounts/credentials.js';
import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import type { TokenStore } from '../store/token-store.js';

/**
 * Which of the vendor's services is spoken to: `sandbox` (`https://api-sandbox.contasimples.com`, static data) or
 * `production` (`https://api.contasimples.com`). Each has credentials of its own.
 *
 * @publicApi
 */
export type ContaSimplesEnvironment = 'sandbox' | 'production';

/**
 * Gives the credentials of an account that is kept elsewhere, in a database or a vault. Asked before each token request,
 * and has `requestTimeoutMs` to answer. Where it throws, hangs or gives a blank pair, the call fails with kind
 * `credentials_unavailable`; what it threw is not shown.
 *
 * @publicApi
 */
export type ContaSimplesCredentialsProvider = (
  account: string,
) => ContaSimplesCredentials | Promise<ContaSimplesCredentials>;

/**
 * What can be set. Whatever is left out is read from the environment variable named with it, where there is one.
 *
 * @publicApi
 */
export interface ContaSimplesAuthOptions {
  /** `sandbox` or `production`; no default, so that nobody reaches production by accident. `CONTA_SIMPLES_ENVIRONMENT` */
  environment?: ContaSimplesEnvironment | undefined;
  /**
   * Base URL in place of the environment's: https, or http on loopback; a path is kept. With it `environment` may be left
   * out. `CONTA_SIMPLES_BASE_URL`
   */
  baseUrl?: string | undefined;
  /** Key of the account `default`. `CONTA_SIMPLES_API_KEY`, or a file's path in `CONTA_SIMPLES_API_KEY_FILE` */
  apiKey?: string | undefined;
  /** Secret of the account `default`. `CONTA_SIMPLES_API_SECRET`, or a file's path in `CONTA_SIMPLES_API_SECRET_FILE` */
  apiSecret?: string | undefined;
  /**
   * Further accounts by name, or a function that provides their credentials. Replaces the environment's.
   * `CONTA_SIMPLES_ACCOUNTS=matriz,filial-sp` with `CONTA_SIMPLES_MATRIZ_API_KEY` and so on
   */
  accounts?: Readonly<Record<string, ContaSimplesCredentials>> | ContaSimplesCredentialsProvider | undefined;
  /** Accounts of a provider function that are held at most, the least recently used go first; 1 to 1,000,000. Default 1,000. */
  maxAccounts?: number | undefined;
  /**
   * Where several processes share their tokens, such as `redisTokenStore(client)` of `nestjs-conta-simples-auth/redis`.
   * Default: each process has tokens of its own.
   */
  store?: TokenStore | undefined;
  /**
   * Where measurements go, such as `openTelemetry()` of `nestjs-conta-simples-auth/opentelemetry`. Default: nothing is
   * measured.
   */
  telemetry?: ContaSimplesTelemetry | undefined;
  /**
   * `User-Agent` of token requests and of `ContaSimplesHttpService`, `your-app/1.2.3` as the vendor asks. Default
   * `nestjs-conta-simples-auth/<version>`. `CONTA_SIMPLES_USER_AGENT`
   */
  userAgent?: string | undefined;
  /** Share of a token's life at which to renew it, 0.1 to 0.95, less up to 0.05 of jitter. Default 0.9. */
  refreshAt?: number | undefined;
  /** Milliseconds one token request may take from name resolution to its last byte, 100 to 120,000. Default 5,000. */
  requestTimeoutMs?: number | undefined;
  /** Milliseconds a call waits for a token at most, 100 to 600,000. Default 10,000. */
  waitTimeoutMs?: number | undefined;
  /**
   * When the first token is obtained: `background`, at start without waiting for it (default); `required`, the start
   * fails without it; `lazy`, by the first call.
   */
  bootstrap?: 'background' | 'required' | 'lazy' | undefined;
  /** How the pair is written in the Basic header: `plain` as the vendor documents (default), or `rfc6749`, form-encoded. */
  clientAuthEncoding?: ClientAuthEncoding | undefined;
  /** Accept a token answer without `token_type`, with a warning. Default false. */
  allowMissingTokenType?: boolean | undefined;
  /**
   * Proxy for https: `env` for what `HTTPS_PROXY` and `NO_PROXY` say (default), `false` for none, or a URL. For token
   * requests and `ContaSimplesHttpService`; attached instances and `fetch` have settings of their own.
   */
  proxy?: 'env' | false | string | undefined;
  /**
   * Node's TLS options for token requests and `ContaSimplesHttpService`: a private CA, a client certificate. They reach
   * neither attached instances nor `fetch`.
   */
  tls?:
    | {
        /** Certificates to trust in place of Node's own, PEM. */
        ca?: string | Buffer | readonly (string | Buffer)[];
        /** The client certificate with its chain, PEM. */
        cert?: string | Buffer;
        /** The private key of `cert`, PEM. */
        key?: string | Buffer;
        /** What `key` is encrypted with, if it is. */
        passphrase?: string;
      }
    | undefined;
  /** An https agent in place of the library's own, for what `tls` is for; `tls` must then be left out. */
  httpsAgent?: Agent | undefined;
  /** Further origins that may get the token, such as `https://cards.contasimples.com`: https, or http on loopback. */
  origins?: readonly string[] | undefined;
}

/**
 * The options of `ContaSimplesAuthModule.forRoot()`.
 *
 * @publicApi
 */
export interface ContaSimplesModuleOptions extends ContaSimplesAuthOptions {
  /** Whether the services can be injected everywhere without importing the module again. Default true. */
  isGlobal?: boolean;
}

/**
 * A class that gives the options, for `useClass` and `useExisting`.
 *
 * @publicApi
 */
export interface ContaSimplesAuthOptionsFactory {
  /** Called once, when the application starts. What it throws or rejects with fails the start. */
  createContaSimplesAuthOptions(): ContaSimplesAuthOptions | Promise<ContaSimplesAuthOptions>;
}

/**
 * The options of `ContaSimplesAuthModule.forRootAsync()`: one of `useFactory`, `useExisting` and `useClass`, and not more.
 *
 * @publicApi
 */
export interface ContaSimplesAuthAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Whether the services can be injected everywhere without importing the module again. Default true. */
  isGlobal?: boolean;
  /** What `useFactory` is called with, in this order: providers of `imports`, or global ones. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Called once, when the application starts, with what `inject` names. What it throws or rejects with fails the start. */
  useFactory?: (...args: never[]) => ContaSimplesAuthOptions | Promise<ContaSimplesAuthOptions>;
  /** A class to make one instance of, which gives the options. */
  useClass?: Type<ContaSimplesAuthOptionsFactory>;
  /** A provider of `imports`, or a global one, which gives the options. */
  useExisting?: InjectionToken<ContaSimplesAuthOptionsFactory>;
}
