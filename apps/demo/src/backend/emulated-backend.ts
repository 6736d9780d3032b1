import type { ContaSimplesAuthOptions } from 'nestjs-conta-simples-auth';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { CredentialsVault } from './credentials-vault.js';

/** 30 minutes at the real service; short here, so that refreshes can be watched. */
const TOKEN_TTL_SECONDS = 60;
/** Refreshed at half of that, so that the rest is longer than an outage of 15 s. */
const REFRESH_AT = 0.5;
/** Typical for a service on the internet, so that latency is visible in the charts. */
const LATENCY_MS = { token: 150, resource: 25 };

const DEFAULT_ACCOUNT = 'default';
const PROVIDED_ACCOUNTS = ['matriz', 'filial-sp'] as const;

/** The emulator, with one account whose credentials are options and two whose credentials are in a vault. */
export class EmulatedBackend {
  readonly accounts: readonly string[] = [DEFAULT_ACCOUNT, ...PROVIDED_ACCOUNTS];
  /** The account whose credentials the dashboard rotates: one of the vault's. */
  readonly rotatedAccount: string = 'filial-sp';

  private constructor(
    readonly emulator: ContaSimplesEmulator,
    readonly vault: CredentialsVault,
  ) {}

  static async start(): Promise<EmulatedBackend> {
    const provided = PROVIDED_ACCOUNTS.map((name) => ({ name, apiKey: `${name}-key`, apiSecret: `${name}-secret` }));
    const emulator = await startContaSimplesEmulator({
      accounts: [{ name: DEFAULT_ACCOUNT, ...EMULATOR_CREDENTIALS }, ...provided],
      tokenTtlSeconds: TOKEN_TTL_SECONDS,
      latencyMs: LATENCY_MS,
    });
    const pairs = provided.map(({ name, apiKey, apiSecret }) => [name, { apiKey, apiSecret }] as const);
    return new EmulatedBackend(emulator, new CredentialsVault(pairs));
  }

  get authOptions(): ContaSimplesAuthOptions {
    return {
      baseUrl: this.emulator.baseUrl,
      ...EMULATOR_CREDENTIALS,
      accounts: (account) => this.vault.read(account),
      refreshAt: REFRESH_AT,
    };
  }
}
