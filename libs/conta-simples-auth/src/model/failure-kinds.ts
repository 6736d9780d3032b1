/**
 * Why something failed. Kinds are stable across versions; messages are not, so branch on the kind.
 *
 * | kind | what happened | what to do |
 * | --- | --- | --- |
 * | `configuration` | options or environment variables are missing or wrong: thrown at start, and by `attach()` | fix what the message names |
 * | `unknown_account` | no account of this name is configured | use one of the names in the message |
 * | `credentials_unavailable` | the credentials' provider threw, hung or gave a blank pair, or a `_FILE` is unreadable | fix the provider or the mount |
 * | `credentials_rejected` | the token endpoint rejects the key or the secret | check the pair and that it belongs to this environment |
 * | `forbidden` | 403 from the token endpoint: key disabled, or of the other environment | enable the key in Internet Banking |
 * | `request_rejected` | the token endpoint, or a gateway in front of it, does not accept the request | check the base URL, and what the gateway asks for |
 * | `edge_blocked` | a CDN in front of the API blocks this client | check the User-Agent and the outgoing IP |
 * | `rate_limited` | 429, or 503 with `Retry-After` | wait until `retryAt`; share the token between replicas |
 * | `server_error` | 5xx from the token endpoint | wait until `retryAt` |
 * | `unexpected_redirect` | the token endpoint answered with a redirect, which is never followed | check the base URL |
 * | `invalid_response` | the token endpoint answered with something that is not a usable token | check the base URL; report the request id |
 * | `timeout` | no answer within the deadline | check the network; wait until `retryAt` |
 * | `network_error` | connection refused or reset, or name not resolved | check the network; wait until `retryAt` |
 * | `tls_error` | the server's certificate or protocol is not trusted; nothing was sent | check CA, host name and clock |
 * | `proxy_error` | the proxy opens no tunnel or is unreachable | check the proxy and its credentials |
 * | `untrusted_origin` | a call would have carried the token to a foreign origin | call the account's own API, or list the origin |
 * | `not_replayable` | 401 to a request whose body can be sent only once | send it again with a fresh body |
 * | `shut_down` | the module is closed | nothing; the application is ending |
 *
 * @publicApi
 */
export type ContaSimplesAuthErrorKind =
  | 'configuration'
  | 'unknown_account'
  | 'credentials_unavailable'
  | 'credentials_rejected'
  | 'forbidden'
  | 'request_rejected'
  | 'edge_blocked'
  | 'rate_limited'
  | 'server_error'
  | 'unexpected_redirect'
  | 'invalid_response'
  | 'timeout'
  | 'network_error'
  | 'tls_error'
  | 'proxy_error'
  | 'untrusted_origin'
  | 'not_replayable'
  | 'shut_down';

/**
 * The kinds that an attempt to obtain a token can end in. All others concern a call, the configuration or the shutdown.
 *
 * @publicApi
 */
export type TokenFailureKind = Exclude<
  ContaSimplesAuthErrorKind,
  'configuration' | 'unknown_account' | 'untrusted_origin' | 'not_replayable' | 'shut_down'
>;

/**
 * How to treat a failed attempt:
 * - `transient`: likely gone in seconds, retried with full-jitter backoff;
 * - `terminal`: does not go away by itself, retried rarely so that no key is locked and no block prolonged;
 * - `limited`: the server says when to retry; `waitMs` counts where it does not.
 */
export type Treatment =
  | { readonly name: 'transient' }
  | { readonly name: 'terminal'; readonly firstCoolDownMs: number }
  | { readonly name: 'limited'; readonly waitMs: number };

/**
 * Which requests would fail in the same way:
 * - `process`: those of this account in this process, which could not read its credentials. Not shared through the store.
 * - `credentials`: those with this pair. Another pair may succeed, so credentials are read again before a cool-down ends.
 * - `endpoint`: those of every account, probably. Each account finds out by itself.
 * - `address`: those of every account from this IP address. All accounts of the process and of the fleet wait.
 */
export type FailureScope = 'process' | 'credentials' | 'endpoint' | 'address';

interface ErrorFacts {
  /** What a person should do: the second half of every message. */
  readonly remedy: string;
}

interface TokenFailureFacts extends ErrorFacts {
  /** The remedy in more words, for the doctor. `{baseUrl}` stands for the base URL. */
  readonly longRemedy?: string;
  readonly treatment: Treatment;
  readonly scope: FailureScope;
}

/** In milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const TRANSIENT: Treatment = { name: 'transient' };
const NOT_THE_TOKEN_ENDPOINT = 'The token endpoint does not answer like this: check that';

/**
 * All that the library states about a kind, in one place. A new kind needs its name in the type above, an entry here, and
 * a row in the tables of the documents; the compiler and the tests name what is missing. Names are stored in shared
 * records, so they must not change.
 */
export const FAILURE_KINDS: Readonly<
  Record<ContaSimplesAuthErrorKind, ErrorFacts> & Record<TokenFailureKind, TokenFailureFacts>
> = {
  configuration: { remedy: 'Correct these settings and start again.' },
  unknown_account: { remedy: 'Use one of the configured names, or configure this one.' },
  credentials_unavailable: {
    remedy: 'Check the provider of the credentials, or that the mounted secret file is readable.',
    treatment: TRANSIENT,
    scope: 'process',
  },
  credentials_rejected: {
    remedy:
      'Check that key and secret are complete, current and of this environment (sandbox and production have separate pairs).',
    longRemedy: 'Check that key and secret are complete and current.',
    treatment: { name: 'terminal', firstCoolDownMs: MINUTE },
    scope: 'credentials',
  },
  forbidden: {
    remedy: 'Check in Internet Banking that the key is enabled and belongs to this environment.',
    longRemedy: 'Check in Internet Banking that the key is enabled.',
    treatment: { name: 'terminal', firstCoolDownMs: MINUTE },
    scope: 'credentials',
  },
  request_rejected: {
    remedy: 'Check the base URL, and what is in front of the API.',
    // The message names the address.
    longRemedy: `${NOT_THE_TOKEN_ENDPOINT} this is the API's address, and any gateway in front of it.`,
    treatment: { name: 'terminal', firstCoolDownMs: MINUTE },
    scope: 'endpoint',
  },
  edge_blocked: {
    remedy: 'A CDN blocks this client: check the User-Agent option and the outgoing IP address with Conta Simples.',
    longRemedy:
      'A CDN in front of the API blocks this client before the credentials are checked: set CONTA_SIMPLES_USER_AGENT to ' +
      'your-app/1.0.0, and give Conta Simples the outgoing IP address of this machine.',
    treatment: { name: 'terminal', firstCoolDownMs: 5 * MINUTE },
    scope: 'address',
  },
  rate_limited: {
    remedy: 'The limit is per IP address: wait, and share one token between replicas.',
    longRemedy:
      'The limit is 100 calls a minute per IP address, for all its processes together: wait, and share tokens between processes (docs/fleets.md).',
    treatment: { name: 'limited', waitMs: 15 * SECOND },
    scope: 'address',
  },
  server_error: {
    remedy: 'The service is failing: wait for the next attempt.',
    treatment: TRANSIENT,
    scope: 'endpoint',
  },
  unexpected_redirect: {
    remedy: 'Redirects are never followed with credentials: check the base URL.',
    // The message names the address.
    longRemedy: `${NOT_THE_TOKEN_ENDPOINT} this is the API's address, and any gateway in front of it.`,
    treatment: { name: 'terminal', firstCoolDownMs: MINUTE },
    scope: 'endpoint',
  },
  invalid_response: {
    remedy: 'The answer is not a usable token: check the base URL, and proxies between this host and the API.',
    longRemedy: `${NOT_THE_TOKEN_ENDPOINT} {baseUrl} is the API's address, and any gateway in front of it.`,
    treatment: TRANSIENT,
    scope: 'endpoint',
  },
  timeout: {
    remedy: 'No answer in time: check the network between this host and the API.',
    treatment: TRANSIENT,
    scope: 'endpoint',
  },
  network_error: {
    remedy: 'Check name resolution, firewall and route to the API.',
    treatment: TRANSIENT,
    scope: 'endpoint',
  },
  tls_error: {
    remedy:
      'The server could not be trusted and got no credentials: check host name, CA certificates and system clock.',
    longRemedy: 'Nothing was sent. Give the CA in NODE_EXTRA_CA_CERTS or in the option tls.ca.',
    treatment: { name: 'terminal', firstCoolDownMs: 30 * SECOND },
    scope: 'endpoint',
  },
  proxy_error: {
    remedy: 'Check the proxy address, its credentials, and that it allows CONNECT to the API.',
    treatment: TRANSIENT,
    scope: 'endpoint',
  },
  untrusted_origin: {
    remedy: "The token goes to the account's own API only: use its base URL, or list the origin in `origins`.",
  },
  not_replayable: {
    remedy: 'The API rejected the token, and the body was a stream: send the request again with a fresh body.',
  },
  shut_down: { remedy: 'The module has been closed: make no calls after app.close().' },
};

/** Whether a name, as read from a shared record, is that of a failed attempt. */
export function isTokenFailureKind(name: unknown): name is TokenFailureKind {
  return (
    typeof name === 'string' &&
    Object.hasOwn(FAILURE_KINDS, name) &&
    'treatment' in FAILURE_KINDS[name as TokenFailureKind]
  );
}
