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
  /** How long it lasts unless told otherwise. */
  readonly defaultSeconds: number;
  /** Resolves when the fault is over; one that the emulator ends by itself resolves at once. */
  begin(context: FaultContext): void | Promise<void>;
}

const ERROR_PAGE = '<!doctype html><title>Service unavailable</title><h1>We will be back soon</h1>';
const CHECK_MS = 200;

export const FAULTS: Readonly<Record<FaultName, FaultDefinition>> = {
  revoke: {
    defaultSeconds: 1,
    begin: ({ backend }) => {
      backend.emulator.revokeTokens();
    },
  },
  outage: {
    defaultSeconds: 15,
    begin: (context) => failRenewals(context, { status: 503 }),
  },
  'rate-limit': {
    defaultSeconds: 10,
    begin: (context) => failRenewals(context, { status: 429, headers: { 'retry-after': Math.ceil(context.seconds) } }),
  },
  slow: {
    defaultSeconds: 12,
    begin: (context) => failRenewals(context, { delayMs: 4_000 }),
  },
  html: {
    defaultSeconds: 8,
    begin: (context) => failRenewals(context, { status: 200, body: ERROR_PAGE, contentType: 'text/html' }),
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

type TokenFault = Parameters<EmulatedBackend['emulator']['fail']>[1];

/** Spoils the token endpoint, and brings the renewals forward so that nobody has to wait for the next one. */
function failRenewals({ backend, tokens, seconds }: FaultContext, fault: TokenFault): void {
  backend.emulator.fail('token', fault, { forMs: seconds * 1_000 });
  for (const account of backend.accounts) void renew(tokens, account);
}

/** The service takes a new pair at once, the vault learns of it later: in between, the pair that is read is refused. */
async function rotate({ backend, tokens, seconds, signal }: FaultContext): Promise<void> {
  const { emulator, vault, rotatedAccount } = backend;
  const { apiKey, apiSecret } = emulator.rotate(vault.read(rotatedAccount).apiKey);
  void renew(tokens, rotatedAccount);
  await sleep(seconds * 1_000, undefined, { signal });
  vault.replace(rotatedAccount, { apiKey, apiSecret });
  // Nobody tells the module. The calls of the load have it look at the vault again, every five seconds at most.
  while (tokens.status(rotatedAccount).state !== 'valid') await sleep(CHECK_MS, undefined, { signal });
}

/** That it fails is what is to be seen, and `events` tells of it. */
async function renew(tokens: ContaSimplesTokenService, account: string): Promise<void> {
  await tokens.refresh(account).catch(() => undefined);
}
