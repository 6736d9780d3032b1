import type { Agent } from 'node:https';
import type { ClientAuthEncoding } from '../accounts/credentials.js';
import type { CredentialsSource } from '../accounts/credentials-source.js';
import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import type { TokenStore } from '../store/token-store.js';
import type { ContaSimplesAuthOptions } from './options.js';

/** Options and environment, checked and put together. Secrets are behind functions, so that printing it shows none. */
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
  /** Whether there may be further accounts, whose credentials {@link ResolvedOptions.provide} gives. */
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

/** Where the token endpoint is, by the vendor's documentation. */
export const TOKEN_PATH = '/oauth/v1/access-token';

/** The vendor's two environments. */
export const BASE_URLS = {
  sandbox: 'https://api-sandbox.contasimples.com',
  production: 'https://api.contasimples.com',
} as const;
