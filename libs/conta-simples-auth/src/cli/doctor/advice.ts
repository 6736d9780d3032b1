import { REMEDY } from '../../model/failure-kinds.js';
import type { ResolvedOptions } from '../../options/resolved-options.js';
import type { TokenFailure } from '../../token/token-source.js';

/** What to do about a token request that failed, in more words than an error message has room for. */
export function tokenRemedy({ kind, what }: TokenFailure, { environment, baseUrl }: ResolvedOptions): string {
  switch (kind) {
    case 'credentials_rejected':
      return `Check that key and secret are complete and current. ${pairOf(environment)}`;
    case 'forbidden':
      return `Check in Internet Banking that the key is enabled. ${pairOf(environment)}`;
    case 'edge_blocked':
      return (
        'A CDN in front of the API blocks this client before any pair is looked at: set CONTA_SIMPLES_USER_AGENT to ' +
        'your-app/1.0.0, and give Conta Simples the outgoing IP address of this machine.'
      );
    case 'rate_limited':
      return 'The limit is 100 calls a minute for an IP address, all its processes together: wait, and share tokens (docs/fleets.md).';
    // The message names the address of these two.
    case 'request_rejected':
    case 'unexpected_redirect':
      return "This is not how the token endpoint answers: check that this is the API's address, and what stands before it.";
    case 'invalid_response':
      return `This is not how the token endpoint answers: check that ${baseUrl} is the API's address, and what stands before it.`;
    case 'tls_error':
      return 'See NODE_EXTRA_CA_CERTS and the option tls.ca; nothing was sent.';
    case 'network_error':
      return /ECONNREFUSED/.test(what)
        ? 'No server listens at this address: check host and port of the base URL, and that the server runs.'
        : REMEDY[kind];
    default:
      return REMEDY[kind];
  }
}

/** Each environment refuses the other's pairs, by a status that says nothing of it. */
function pairOf(environment: string): string {
  if (environment !== 'sandbox' && environment !== 'production') {
    return 'Sandbox and production have separate pairs: use the one that was made for this address.';
  }
  const other = environment === 'sandbox' ? 'production' : 'sandbox';
  return (
    `Sandbox and production have separate pairs: this one was tried on ${environment}; ` +
    `if it was made for ${other}, set CONTA_SIMPLES_ENVIRONMENT=${other}.`
  );
}
