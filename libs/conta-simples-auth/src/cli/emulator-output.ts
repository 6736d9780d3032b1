import type { ContaSimplesEmulator } from '../testing/emulator/emulator.js';
import type { RequestRecord } from '../testing/emulator/requests/request-record.js';

/** What to paste where. The pair is the emulator's own, made up and public. */
export function startText({ baseUrl, accounts, tokenTtlSeconds }: ContaSimplesEmulator): string {
  const [account] = accounts;
  if (account === undefined) {
    return `Conta Simples emulator on ${baseUrl}, without any account\n`;
  }
  return `Conta Simples emulator on ${baseUrl}, tokens live ${tokenTtlSeconds} s. Ctrl+C ends it.

CONTA_SIMPLES_BASE_URL=${baseUrl}
CONTA_SIMPLES_API_KEY=${account.apiKey}
CONTA_SIMPLES_API_SECRET=${account.apiSecret}

curl -u ${account.apiKey}:${account.apiSecret} -d grant_type=client_credentials ${baseUrl}/oauth/v1/access-token

`;
}

/** One line a request, e.g. `POST /oauth/v1/access-token 200 12 ms`. */
export function requestLine({ method, path, status, durationMs, faulted }: RequestRecord): string {
  const took = `${Math.round(durationMs ?? 0)} ms`;
  return `${method} ${printable(path)} ${status ?? 'no answer'} ${took}${faulted ? ' (scripted fault)' : ''}\n`;
}

/** A path is the client's text: no control characters for the terminal, and no token that was put there by mistake. */
function printable(path: string): string {
  return path
    .replace(/eyJ[\w-]+\.[\w-]*\.?[\w-]*/g, '[token]')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
}
