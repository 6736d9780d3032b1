import { list } from './list.js';

export const en = {
  skip: 'Skip to the content',
  title: 'Tokens, live',
  language: 'Language',
  connection: { waiting: 'Connecting…', open: 'Live', lost: 'Connection lost, trying again…' },
  story: {
    title: 'What is happening',
    play: 'Run the guided demo',
    stop: 'Stop the guided demo',
    idle: 'Press “Run the guided demo” (about 2 minutes): it simulates seven faults and explains each of them here. Watch “Calls failed”: it stays at 0 until the last fault, when the API itself is down. Each token is valid for 60 seconds here (30 minutes at the real service) and is refreshed in the background at the mark on its bar.',
    idleReal:
      'Each account has an access token. It is refreshed at the mark on its bar, while calls continue with the old token. To see calls, choose “Calls per second” under “Load and faults”.',
    progress: (number: number, steps: number) => `Step ${number} of ${steps}`,
    result: (answered: string, failed: number) =>
      `In this step: ${answered} calls answered, ${failed === 0 ? 'none failed' : `${failed} failed`}.`,
    steps: {
      renewal:
        'Watch a bar reach its mark: the token is refreshed in the background, and the bar is full again. The chart shows the refresh as a vertical line. No call is slower.',
      revoke:
        'The service has revoked all tokens. The next calls get a 401. The library requests one new token for each account and sends the rejected calls again. The application sees no error.',
      outage:
        'The token endpoint answers 503 for 15 seconds. The accounts are degraded: refreshes fail and are retried every few seconds, while calls continue with the current tokens.',
      'rate-limit':
        'The token endpoint answers 429 with Retry-After. The limit is per IP address, so no account tries again before that time. Calls continue with the current tokens.',
      slow: 'The token endpoint takes 4 seconds to answer. Refreshes take longer, calls do not: watch the latency.',
      html: 'The token endpoint sends an HTML error page with status 200 instead of JSON. The library rejects it. Calls continue with the current tokens.',
      rotate:
        'The credentials of filial-sp were replaced at the service, which rejects the old ones. A few seconds later the vault has the new ones, and the next token request uses them. The other accounts are not affected.',
      'resource-outage':
        'Now the API itself answers 503. The library passes these errors on and does not retry the calls: a payment must not be sent twice. The tokens stay valid, and calls succeed again when the API is back.',
      end: (failedBefore: number) =>
        failedBefore === 0
          ? 'The demo is complete. No call failed because of a token; only the outage of the API itself caused errors.'
          : `The demo is complete. ${failedBefore} calls failed before the outage of the API: were other faults started in between?`,
    },
  },
  accounts: {
    title: 'Accounts',
    states: {
      empty: 'No token yet',
      valid: 'Valid',
      degraded: 'Degraded',
      cooling: 'Cooling down',
      closed: 'Closed',
    },
    failures: {
      degraded: (kind: string) => `still served, refresh fails: ${kind}`,
      cooling: (kind: string) => `calls fail at once: ${kind}`,
    },
    lifetime: (account: string) => `Remaining lifetime of the token of ${account}`,
    expiry: 'expires in',
    refresh: 'refresh in',
    attempt: 'next attempt in',
    token: 'token',
    none: 'none',
    seconds: (seconds: number) => (seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`),
  },
  calls: {
    title: 'Calls of this application',
    perSecond: 'Calls per second',
    latency: 'Latency in milliseconds',
    answered: 'answered',
    failed: 'failed',
    obtained: 'token obtained',
    attempt: 'attempt failed',
    median: 'median',
    slowest: 'slowest',
    rateLabel: 'Chart of answered and failed calls per second over the last 90 seconds, with token requests marked',
    latencyLabel: 'Chart of median and slowest latency over the last 90 seconds',
  },
  counters: {
    answered: 'Calls answered',
    failed: 'Calls failed',
    failedNote: (withoutToken: string) => `${withoutToken} without a token`,
    attempts: 'Attempts to get a token',
    attemptsNote: (obtained: string, failed: string) => `${obtained} obtained, ${failed} failed`,
    replays: 'Replays after 401',
    inFlight: (count: string) => `${count} in flight`,
    replaysNote: 'at most once per call',
  },
  server: {
    title: 'At the server',
    token: 'Token requests',
    resource: 'API calls',
    byStatus: (counts: readonly string[]) => list('en', counts),
  },
  controls: {
    title: 'Load and faults',
    load: 'Calls per second',
    off: 'Off',
    loadHint: 'Spread over the accounts. Stops when no page is open.',
    faults: 'Simulate a fault',
    left: (seconds: number) => `${seconds} s left`,
    real: 'These are real credentials: calls are made only if you choose a load. Faults need the emulator: to simulate them, start the demo without credentials.',
    rejected: 'The server rejected this. Is it still running?',
    fault: {
      revoke: ['Revoke the tokens', 'The service rejects them from now on'],
      outage: ['Token endpoint down', '503 for 15 s'],
      'rate-limit': ['Too many requests', '429 with Retry-After: 10'],
      slow: ['Slow token endpoint', '4 s per answer, for 12 s'],
      html: ['HTML instead of JSON', 'An error page with status 200, for 8 s'],
      rotate: ['Rotate the credentials', 'Rejected now, new ones in the vault after 8 s'],
      'resource-outage': ['API down', '503 for 5 s: these calls fail'],
    },
  },
  events: {
    title: 'Events',
    hint: 'The events of the library, newest first; the last 100.',
    none: 'Nothing yet.',
    acquired: (cause: string, durationMs: string) => `Token obtained (${cause}) in ${durationMs} ms`,
    causes: {
      first: 'first token',
      scheduled: 'refresh before expiry',
      expired: 'the old one had expired',
      rejected: 'the old one was rejected',
      forced: 'refresh()',
      shared: 'from another process',
    },
    refresh_failed: (kind: string, wait: string) => `Attempt failed: ${kind}. Next attempt in ${wait}`,
    degraded: (kind: string) => `Degraded by ${kind}: calls continue with the current token`,
    cooling: (kind: string) => `Cooling down after ${kind}: no token available`,
    recovered: (attempts: string) => `Recovered after ${attempts} failed ${attempts === '1' ? 'attempt' : 'attempts'}`,
    invalidated: 'Token dropped: the API rejected it',
    replayed: (count: string) => `Calls sent again after 401: ${count}`,
    store_unavailable: 'Shared store unavailable',
    store_recovered: 'Shared store available again',
  },
  footer: { docs: 'OpenAPI of the routes', metrics: 'Metrics', health: 'Health' },
};

type Wide<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Wide<T[K]> };

/** All texts of the page, in one language. */
export type Texts = Wide<typeof en>;
