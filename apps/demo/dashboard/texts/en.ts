import { list } from './list.js';

export const en = {
  skip: 'Skip to the content',
  title: 'Tokens, live',
  language: 'Language',
  connection: { waiting: 'Connecting…', open: 'Live', lost: 'Connection lost, trying again…' },
  story: {
    title: 'What you are seeing',
    play: 'Play the whole story',
    stop: 'Stop the story',
    idle: 'Each account has an access token that lives 60 seconds here (half an hour at the real service). At the mark on its bar it is renewed, while calls go on with the old one: no call ever waits for a renewal.',
    idleReal:
      'Each account has an access token. At the mark on its bar it is renewed, while calls go on with the old one: no call ever waits for a renewal.',
    progress: (number: number, steps: number) => `Step ${number} of ${steps}`,
    result: (answered: string, failed: number) =>
      `In this step: ${answered} calls answered, ${failed === 0 ? 'none failed' : `${failed} failed`}.`,
    steps: {
      renewal:
        'Watch a bar reach its mark: a new token is fetched in the background and the bar is full again. The chart shows the moment as a line, and no call is slower for it.',
      revoke:
        'The service has revoked every token. The next calls get a 401: one token request for each account, then the refused calls are sent again. The application sees none of it.',
      outage:
        'The token endpoint answers 503 for 15 seconds. The accounts are degraded: renewals fail and are tried again every few seconds, while calls go on with the tokens held.',
      'rate-limit':
        'The token endpoint answers 429 with Retry-After. The limit is by address, so no account asks again before that time; calls go on with the tokens held.',
      slow: 'The token endpoint takes 4 seconds an answer. Renewals take longer, the calls do not: look at the latency.',
      html: 'In place of JSON the token endpoint sends an error page with status 200. It is refused and never stored; calls go on with the tokens held.',
      rotate:
        'The pair of filial-sp was replaced at the service, and the old one is refused. A few seconds later the vault has the new pair, and the next request for a token takes it. The other accounts notice nothing.',
      'resource-outage':
        'Now the API itself answers 503. That the module neither hides nor repeats: a payment must not be sent twice. Calls fail, the tokens stay, and all is well when the API is back.',
      end: (failedBefore: number) =>
        failedBefore === 0
          ? 'That was all of it. Not one call failed because of a token; only the outage of the API itself was felt.'
          : `That was all of it. ${failedBefore} calls failed before the outage of the API: were other faults pressed meanwhile?`,
    },
  },
  accounts: {
    title: 'Accounts',
    states: {
      empty: 'No token yet',
      valid: 'Valid',
      degraded: 'Degraded',
      cooling: 'Cooling',
      closed: 'Closed',
    },
    troubles: {
      degraded: (kind: string) => `still served, renewal fails: ${kind}`,
      cooling: (kind: string) => `calls fail at once: ${kind}`,
    },
    life: (account: string) => `Life left of the token of ${account}`,
    ends: 'ends in',
    renewal: 'renewal in',
    attempt: 'next attempt in',
    token: 'token',
    none: 'none',
    seconds: (seconds: number) => (seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`),
  },
  calls: {
    title: 'Calls of this application',
    perSecond: 'Calls a second',
    latency: 'Latency in milliseconds',
    answered: 'answered',
    failed: 'failed',
    obtained: 'token obtained',
    attempt: 'attempt failed',
    median: 'median',
    slowest: 'slowest',
    rateLabel: 'Chart of answered and failed calls a second over the last 90 seconds, with token requests marked',
    latencyLabel: 'Chart of median and slowest latency over the last 90 seconds',
  },
  counters: {
    answered: 'Calls answered',
    failed: 'Calls failed',
    failedNote: (withoutToken: string) => `${withoutToken} for want of a token`,
    attempts: 'Attempts to get a token',
    attemptsNote: (obtained: string, failed: string) => `${obtained} obtained, ${failed} failed`,
    replays: 'Replays after 401',
    inFlight: (count: string) => `${count} in flight`,
    replaysNote: 'each call once at most',
  },
  server: {
    title: 'At the server',
    token: 'Token requests',
    resource: 'API calls',
    byStatus: (counts: readonly string[]) => list('en', counts),
  },
  controls: {
    title: 'Load and faults',
    load: 'Calls a second',
    off: 'Off',
    loadHint: 'Spread over the accounts. Stops when nobody watches.',
    faults: 'Break something',
    left: (seconds: number) => `${seconds} s left`,
    real: 'These are real credentials: there is no load unless you ask for it, and the faults need the emulator. To see them, start the demo without credentials.',
    refused: 'The server did not take that. Is it still running?',
    fault: {
      revoke: ['Revoke the tokens', 'The service refuses them from now on'],
      outage: ['Token endpoint down', '503 for 15 s'],
      'rate-limit': ['Too many requests', '429 with Retry-After: 10'],
      slow: ['Slow token endpoint', '4 s an answer, for 12 s'],
      html: ['HTML instead of JSON', 'An error page with status 200, for 8 s'],
      rotate: ['Rotate the credentials', 'Refused now, in the vault 8 s later'],
      'resource-outage': ['API down', '503 for 5 s: these calls do fail'],
    },
  },
  events: {
    title: 'Events',
    hint: 'What the module says of itself, newest first; the last 100.',
    none: 'Nothing yet.',
    acquired: (cause: string, durationMs: string) => `Token obtained (${cause}) in ${durationMs} ms`,
    causes: {
      first: 'the first',
      scheduled: 'renewal before the end',
      expired: 'the old one had ended',
      rejected: 'the old one was refused',
      forced: 'refresh()',
      shared: 'from another process',
    },
    refresh_failed: (kind: string, wait: string) => `Attempt failed: ${kind}. Next one in ${wait}`,
    degraded: (kind: string) => `Degraded by ${kind}: calls go on with the token held`,
    cooling: (kind: string) => `Cooling after ${kind}: no token to serve`,
    recovered: (attempts: string) => `Recovered after ${attempts} failed ${attempts === '1' ? 'attempt' : 'attempts'}`,
    invalidated: 'Token given up: a resource refused it',
    replayed: (count: string) => `Calls sent again after 401: ${count}`,
    store_unavailable: 'Shared store unavailable',
    store_recovered: 'Shared store is back',
  },
  footer: { docs: 'OpenAPI of the routes', metrics: 'Metrics', health: 'Health' },
};

type Wide<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Wide<T[K]> };

/** Everything the page says, in one language. */
export type Texts = Wide<typeof en>;
