/**
 * Why something failed. Stable: branch on it, and on nothing in a message.
 *
 * | kind | what happened | what to do |
 * | --- | --- | --- |
 * | `configuration` | options or environment variables are missing or wrong: thrown at start, and by `attach()` | mend what the message names |
 * | `unknown_account` | no account of this name is configured | use one of the names in the message |
 * | `credentials_unavailable` | the credentials' provider threw, hung or gave a blank pair, or a `_FILE` is unreadable | mend the provider or the mount |
 * | `credentials_rejected` | the token endpoint refuses the key or the secret | check the pair and that it belongs to this environment |
 * | `forbidden` | 403 from the token endpoint: key disabled, or of the other environment | enable the key in Internet Banking |
 * | `request_rejected` | the token endpoint, or a gateway in front of it, does not accept the request | check the base URL, and what the gateway asks for |
 * | `edge_blocked` | a CDN in front of the API blocks this client | check the User-Agent and the outgoing IP |
 * | `rate_limited` | 429, or 503 with `Retry-After` | wait until `retryAt`; share the token between replicas |
 * | `server_error` | 5xx from the token endpoint | wait until `retryAt` |
 * | `unexpected_redirect` | the token endpoint answered with a redirect, which is never followed | check the base URL |
 * | `invalid_response` | the token endpoint answered with something that is not a usable token | check the base URL; report the request id |
 * | `timeout` | no answer within the deadline | check the network; wait until `retryAt` |
 * | `network_error` | refused, reset, unresolvable | check the network; wait until `retryAt` |
 * | `tls_error` | the server's certificate or protocol is not trusted; nothing was sent | check CA, host name and clock |
 * | `proxy_error` | the proxy refused or is unreachable | check the proxy and its credentials |
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
 * The kinds an attempt to obtain a token can end in. All others are about a call, the configuration or the shutdown.
 *
 * @publicApi
 */
export type TokenFailureKind = Exclude<
  ContaSimplesAuthErrorKind,
  'configuration' | 'unknown_account' | 'untrusted_origin' | 'not_replayable' | 'shut_down'
>;

/** What a person should do about each kind, the second half of every message. */
export const REMEDY: Readonly<Record<ContaSimplesAuthErrorKind, string>> = {
  configuration: 'Correct these settings and start again.',
  unknown_account: 'Use one of the configured names, or configure this one.',
  credentials_unavailable: 'Check the provider of the credentials, or that the mounted secret file is readable.',
  credentials_rejected:
    'Check that key and secret are complete, current and of this environment (sandbox and production have separate pairs).',
  forbidden: 'Check in Internet Banking that the key is enabled and belongs to this environment.',
  request_rejected: 'Check the base URL, and what is in front of the API.',
  edge_blocked: 'A CDN blocks this client: check the User-Agent option and the outgoing IP address with Conta Simples.',
  rate_limited: 'The limit is per IP address: wait, and share one token between replicas.',
  server_error: 'The service is failing: wait for the next attempt.',
  unexpected_redirect: 'Redirects are never followed with credentials: check the base URL.',
  invalid_response: 'The answer is no usable token: check the base URL, and any proxy on the way.',
  timeout: 'No answer in time: check the network on the way to the API.',
  network_error: 'Check name resolution, firewall and route to the API.',
  tls_error:
    'The server could not be trusted and got no credentials: check host name, CA certificates and system clock.',
  proxy_error: 'Check the proxy address, its credentials, and that it allows CONNECT to the API.',
  untrusted_origin: "The token goes to the account's own API only: use its base URL, or list the origin in `origins`.",
  not_replayable: 'The token was refused and the body was a stream: send the request again with a fresh body.',
  shut_down: 'The module has been closed: make no calls after app.close().',
};
