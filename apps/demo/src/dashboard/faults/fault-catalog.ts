import { setTimeout as sleep } from 'node:timers/promises';
import type { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import type { EmulatedBackend } from '../../backend/emulated-backend.js';
import type { FaultName } from '../frames.js';

export interface FaultContext {
  readonly backend: EmulatedBackend;
  readonly tokens: ContaSimplesTokenService;
  readonly seconds: number;
  /** Aborted when the application ends. */
  readonly signal: AbortSignal;
}

export interface FaultDefinition {
  /** Duration in seconds, if the request has none. */
  readonly defaultSeconds: number;
  /** Resolves when the fault is over, or at once if the emulator ends it. */
  begin(context: FaultContext): void | Promise<void>;
}

const ERROR_PAGE = '<!doctype html><title>Service unavailable</title><h1>We will be back soon</h1>';
const CHECK_MS = 200;
/** Longer than a token request takes. */
const REFRESH_TAKES_MS = 1_000;
/** Longer than that, and than the difference between the refreshes of the accounts. */
const QUIET_WITHIN_MS = 5_000;

export const FAULTS: Readonly<Record<FaultName, FaultDefinition>> = {
  revoke: {
    defaultSeconds: 1,
    begin: revoke,
  },
  outage: {
    defaultSeconds: 15,
    begin: (context) => failRefreshes(context, { status: 503 }),
  },
  'rate-limit': {
    defaultSeconds: 10,
    begin: (context) => failRefreshes(context, { status: 429, headers: { 'retry-after': Math.ceil(context.seconds) } }),
  },
  slow: {
    defaultSeconds: 12,
    begin: (context) => failRefreshes(context, { delayMs: 4_000 }),
  },
  html: {
    defaultSeconds: 8,
    begin: (context) => failRefreshes(context, { status: 200, body: ERROR_PAGE, contentType: 'text/html' }),
  },
  rotate: {
    defaultSeconds: 8,
    begin: rotate,
  },
  'resource-outage': {
    defaultSeconds: 5,
    begin: ({ backend, seconds }) => {
      backend.emulator.fail('resource', { status: 503 }, { forMs: seconds * 1_000 });
    },
  },
};

/**
 * Revokes all tokens, at a moment at which no refresh runs. A token that is issued before and arrives after it would be
 * revoked as well: a call that was rejected and is sent again with that one is rejected a second time, which is its result.
 */
async function revoke({ backend, tokens, signal }: FaultContext): Promise<void> {
  const isQuiet = () => {
    const from = Date.now() + REFRESH_TAKES_MS;
    return backend.accounts.every((account) => (tokens.status(account).nextRefreshAt ?? 0) > from);
  };
  const deadline = Date.now() + QUIET_WITHIN_MS;
  while (!isQuiet() && Date.now() < deadline) await sleep(CHECK_MS, undefined, { signal });
  backend.emulator.revokeTokens();
}

type TokenFault = Parameters<EmulatedBackend['emulator']['fail']>[1];

/** Makes the token endpoint fail and refreshes all tokens now, so that the fault is visible at once. */
function failRefreshes({ backend, tokens, seconds }: FaultContext, fault: TokenFault): void {
  backend.emulator.fail('token', fault, { forMs: seconds * 1_000 });
  for (const account of backend.accounts) void renew(tokens, account);
}

/** Changes the credentials at the service now and in the vault later. Until then the vault's credentials are rejected. */
async function rotate({ backend, tokens, seconds, signal }: FaultContext): Promise<void> {
  const { emulator, vault, rotatedAccount } = backend;
  const { apiKey, apiSecret } = emulator.rotate(vault.read(rotatedAccount).apiKey);
  void renew(tokens, rotatedAccount);
  await sleep(seconds * 1_000, undefined, { signal });
  vault.replace(rotatedAccount, { apiKey, apiSecret });
  // The library is not notified. The load's calls make it read the vault again, at most every five seconds.
  while (tokens.status(rotatedAccount).state !== 'valid') await sleep(CHECK_MS, undefined, { signal });
}

/** The failure is expected and is shown by `events`. */
async function renew(tokens: ContaSimplesTokenService, account: string): Promise<void> {
  await tokens.refresh(account).catch(() => undefined);
}
