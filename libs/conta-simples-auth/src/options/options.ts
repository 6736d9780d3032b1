import type { Agent } from 'node:https';
import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ClientAuthEncoding, ContaSimplesCredentials, CredentialsSource } from '../accounts/credentials.js';
import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import type { TokenStore } from '../store/token-store.js';

/**
 * Which of the vendor's services is used: `sandbox` (`https://api-sandbox.contasimples.com`, static data) or `production`
 * (`https://api.contasimples.com`). Each has separate credentials.
 *
 * @publicApi
 */
export type ContaSimplesEnvironment = 'sandbox' | 'production';

/**
 * Returns the credentials of an account that is stored elsewhere, in a database or a vault. Called before each token
 * request, and has `requestTimeoutMs` to answer. If it throws, hangs or returns a blank pair, the call fails with kind
 * `credentials_unavailable`; what it threw is not shown.
 *
 * @publicApi
 */
export type ContaSimplesCredentialsProvider = (
  account: string,
) => ContaSimplesCredentials | Promise<ContaSimplesCredentials>;

/**
 * All options. An option that is left out is read from the environment variable named with it, if it has one.
 *
 * @publicApi
 */
export interface ContaSimplesAuthOptions {
  /** `sandbox` or `production`; no default, so that no application uses production by accident. `CONTA_SIMPLES_ENVIRONMENT` */
  environment?: ContaSimplesEnvironment | undefined;
  /**
   * Base URL in place of the environment's: https, or http on loopback; it may have a path. With it, `environment` may be
   * left out. `CONTA_SIMPLES_BASE_URL`
   */
  baseUrl?: string | undefined;
  /** Key of the account `default`. `CONTA_SIMPLES_API_KEY`, or the path of a file in `CONTA_SIMPLES_API_KEY_FILE` */
  apiKey?: string | undefined;
  /** Secret of the account `default`. `CONTA_SIMPLES_API_SECRET`, or the path of a file in `CONTA_SIMPLES_API_SECRET_FILE` */
  apiSecret?: string | undefined;
  /**
   * Further accounts by name, or a function that provides their credentials. Replaces the environment's.
   * `CONTA_SIMPLES_ACCOUNTS=matriz,filial-sp` with `CONTA_SIMPLES_MATRIZ_API_KEY` and so on
   */
  accounts?: Readonly<Record<string, ContaSimplesCredentials>> | ContaSimplesCredentialsProvider | undefined;
  /** Most accounts of a provider function in memory; the least recently used are removed first. 1 to 1,000,000, default 1,000. */
  maxAccounts?: number | undefined;
  /**
   * Where several processes share their tokens, such as `redisTokenStore(client)` of `nestjs-conta-simples-auth/redis`.
   * Default: each process has separate tokens.
   */
  store?: TokenStore | undefined;
  /**
   * Where measurements go, such as `openTelemetry()` of `nestjs-conta-simples-auth/opentelemetry`. Default: no
   * measurements.
   */
  telemetry?: ContaSimplesTelemetry | undefined;
  /**
   * `User-Agent` of token requests and of `ContaSimplesHttpService`, `your-app/1.2.3` as the vendor asks. Default
   * `nestjs-conta-simples-auth/<version>`. `CONTA_SIMPLES_USER_AGENT`
   */
  userAgent?: string | undefined;
  /** Share of the token lifetime after which it is renewed, less up to 0.05 of jitter: 0.1 to 0.95, default 0.9. */
  refreshAt?: number | undefined;
  /** Most milliseconds for one token request, from name resolution to its last byte: 100 to 120,000, default 5,000. */
  requestTimeoutMs?: number | undefined;
  /** Most milliseconds that a call waits for a token: 100 to 600,000, default 10,000. */
  waitTimeoutMs?: number | undefined;
  /**
   * When the first token is obtained: `background`, at start without waiting for it (default); `required`, the start waits
   * for it and fails without it; `lazy`, by the first call.
   */
  bootstrap?: 'background' | 'required' | 'lazy' | undefined;
  /** How the pair is written in the Basic header: `plain` as the vendor documents (default), or `rfc6749`, form-encoded. */
  clientAuthEncoding?: ClientAuthEncoding | undefined;
  /** Accept a token answer without `token_type`, with a warning. Default false. */
  allowMissingTokenType?: boolean | undefined;
  /**
   * Proxy for https: `env` for `HTTPS_PROXY` and `NO_PROXY` (default), `false` for none, or a URL. For token requests and
   * `ContaSimplesHttpService`; attached instances and `fetch` have separate settings.
   */
  proxy?: 'env' | false | string | undefined;
  /**
   * Node's TLS options for token requests and `ContaSimplesHttpService`: a private CA, a client certificate. Not used for
   * attached instances and `fetch`.
   */
  tls?:
    | {
        /** Certificates to trust in place of Node's, PEM. */
        ca?: string | Buffer | readonly (string | Buffer)[];
        /** The client certificate with its chain, PEM. */
        cert?: string | Buffer;
        /** The private key of `cert`, PEM. */
        key?: string | Buffer;
        /** The passphrase of an encrypted `key`. */
        passphrase?: string;
      }
    | undefined;
  /** An https agent in place of the library's, used where `tls` would be; `tls` must then be left out. */
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
 * A class that returns the options, for `useClass` and `useExisting`.
 *
 * @publicApi
 */
export interface ContaSimplesAuthOptionsFactory {
  /** Called once, when the application starts. If it throws or rejects, the start fails with its error. */
  createContaSimplesAuthOptions(): ContaSimplesAuthOptions | Promise<ContaSimplesAuthOptions>;
}

/**
 * The options of `ContaSimplesAuthModule.forRootAsync()`: exactly one of `useFactory`, `useExisting` and `useClass`.
 *
 * @publicApi
 */
export interface ContaSimplesAuthAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Whether the services can be injected everywhere without importing the module again. Default true. */
  isGlobal?: boolean;
  /** The arguments of `useFactory`, in this order: providers of `imports`, or global ones. */
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  /** Called once, when the application starts. If it throws or rejects, the start fails with its error. */
  useFactory?: (...args: never[]) => ContaSimplesAuthOptions | Promise<ContaSimplesAuthOptions>;
  /** A class to create one instance of, which returns the options. */
  useClass?: Type<ContaSimplesAuthOptionsFactory>;
  /** A provider of `imports`, or a global one, which returns the options. */
  useExisting?: InjectionToken<ContaSimplesAuthOptionsFactory>;
}

/** The options completed from the environment and checked. Secrets are behind functions, so that printing shows none. */
export interface ResolvedOptions {
  /** `sandbox`, `production` or `custom`. */
  readonly environment: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly origins: ReadonlySet<string>;
  readonly userAgent: string;
  readonly refreshAt: number;
  readonly requestTimeoutMs: number;
  readonly waitTimeoutMs: number;
  readonly bootstrap: 'background' | 'required' | 'lazy';
  readonly clientAuthEncoding: ClientAuthEncoding;
  readonly allowMissingTokenType: boolean;
  /** The accounts known at start. */
  readonly accounts: ReadonlyMap<string, CredentialsSource>;
  /** Whether there may be further accounts, whose credentials {@link ResolvedOptions.provide} returns. */
  readonly isOpen: boolean;
  readonly maxAccounts: number;
  readonly provide: (account: string) => ReturnType<CredentialsSource>;
  readonly store: TokenStore | undefined;
  readonly telemetry: ContaSimplesTelemetry | undefined;
  readonly transport: () => {
    readonly proxy: URL | false | undefined;
    readonly tls: NonNullable<ContaSimplesAuthOptions['tls']> | undefined;
    readonly httpsAgent: Agent | undefined;
  };
}

/** The path of the token endpoint, by the vendor's documentation. */
export const TOKEN_PATH = '/oauth/v1/access-token';

/** The vendor's two environments. */
export const BASE_URLS = {
  sandbox: 'https://api-sandbox.contasimples.com',
  production: 'https://api.contasimples.com',
} as const;
