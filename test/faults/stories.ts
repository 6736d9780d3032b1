import { Agent, createServer as createHttpsServer } from 'node:https';
import { listen } from '@support/listen.js';
import { type Fault, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { CERTIFICATES, TEST_CA } from './certificates.js';
import { openApp, outcome, times } from './open-app.js';
import type { Facts, StoryRow } from './row.js';

const FOREVER = { times: Number.POSITIVE_INFINITY };
const BALANCE = '/accounts/v1/balance';

/** An app with an account of this name with its own emulator; both are closed in every case. */
async function withApp(
  names: string[],
  settings: Parameters<typeof startContaSimplesEmulator>[0],
  tell: (
    app: Awaited<ReturnType<typeof openApp>>,
    emulator: Awaited<ReturnType<typeof startContaSimplesEmulator>>,
  ) => Promise<Facts>,
): Promise<Facts> {
  const emulator = await startContaSimplesEmulator(settings);
  try {
    const app = await openApp({ baseUrl: emulator.baseUrl }, ...names);
    try {
      return await tell(app, emulator);
    } finally {
      await app.close();
    }
  } finally {
    await emulator.close();
  }
}

/** A limit by IP address met by one account: what it means for another of the same process. */
function metByAnother(name: string, fault: Fault): () => Promise<Facts> {
  const [first, second] = [`${name}-first`, `${name}-second`];
  return () =>
    withApp([first, second], {}, async ({ tokens }, emulator) => {
      emulator.fail('token', fault, FOREVER);
      await outcome(tokens.getToken(first));
      const { kind } = await outcome(tokens.getToken(second));
      return { kind, requests: emulator.counts.token.total };
    });
}

/** The endpoint is down for longer than the token lives, and comes back. */
const outlived = () =>
  withApp(['T20'], { tokenTtlSeconds: 2 }, async ({ tokens }, emulator) => {
    const askedAt = performance.now();
    const held = await tokens.getToken('T20');
    // Its last part is kept for the way to the API: 2 % of the life, or as long as the request for it took.
    const keptMs = Math.max(40, performance.now() - askedAt);
    emulator.fail('token', { status: 503 }, FOREVER);
    const served = new Set<string>();
    let failed = await outcome(tokens.getToken('T20'));
    // Each call is answered at once, from memory or with an error.
    while ('lifeMs' in failed) {
      served.add(failed.fingerprint);
      await new Promise((resolve) => setTimeout(resolve, 5));
      failed = await outcome(tokens.getToken('T20'));
    }
    const endedAt = Date.now();
    const before = emulator.counts.token.total;
    const repeated = await times(20, () => outcome(tokens.getToken('T20')));
    const requested = emulator.counts.token.total - before;
    const back = firstValueFrom(
      tokens.events.pipe(
        filter(({ type }) => type === 'recovered'),
        timeout(5_000),
      ),
    );
    emulator.clearFaults();
    const mendedAt = performance.now();
    await back;
    return {
      'served until its limit':
        served.size === 1 && served.has(held.fingerprint) && endedAt >= held.expiresAt - keptMs - 2,
      kind: failed.kind,
      'calls that failed at once with `retryAt`': repeated.filter((one) => 'retryAt' in one && one.retryAt).length,
      'requests for them': requested,
      'recovered within one step': performance.now() - mendedAt < 4_000,
    };
  });

/** A life of one second, with calls all the time. */
const brief = () =>
  withApp(['F14'], { tokenTtlSeconds: 1 }, async ({ tokens }, emulator) => {
    let failures = 0;
    const startedAt = performance.now();
    const isOver = () => (emulator.counts.token.byStatus[200] ?? 0) >= 3 || performance.now() - startedAt > 5_000;
    while (!isOver()) {
      if ((await outcome(tokens.getToken('F14'))).kind !== 'token') failures++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const mayHave = 1 + (performance.now() - startedAt) / 250;
    return { 'failed calls': failures, 'at most one request a floor of 250 ms': emulator.requests.length <= mayHave };
  });

/** A sibling's new token kills ours, with which 20 calls then leave together. */
const killed = () =>
  withApp(['F19'], { singleTokenPerAccount: true }, async ({ tokens, http }, emulator) => {
    const { axiosRef } = http.forAccount('F19');
    await axiosRef.get(BALANCE);
    await openApp({ baseUrl: emulator.baseUrl }, 'F19-sibling').then(async (sibling) => {
      await sibling.tokens.getToken('F19-sibling');
      await sibling.close();
    });
    const held = await tokens.getToken('F19');
    emulator.resetCounts();
    const statuses = (await times(20, () => axiosRef.get(BALANCE))).map(({ status }) => status);
    const { token, resource } = emulator.counts;
    const replaced = (await tokens.getToken('F19')).fingerprint !== held.fingerprint;
    return { statuses: [...new Set(statuses)], replaced, 'token requests': token.total, answers: resource.byStatus };
  });

/** All sockets of the agent are taken by calls of the API that are not answered, and more calls wait for one. */
async function saturated(): Promise<Facts> {
  let tokenRequests = 0;
  let calls = 0;
  let reached = () => {};
  const bothReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const server = await listen(
    createHttpsServer(CERTIFICATES.trusted, (request, response) => {
      if (request.method !== 'POST') {
        if (++calls === 2) reached();
        return;
      }
      const body = { access_token: `token-${++tokenRequests}`, token_type: 'Bearer', expires_in: 10 };
      response.end(JSON.stringify(body));
    }),
  );
  const httpsAgent = new Agent({ ca: TEST_CA, keepAlive: true, maxSockets: 2 });
  const app = await openApp({ baseUrl: `https://localhost:${server.port}`, httpsAgent, proxy: false }, 'N18');
  const leave = new AbortController();
  try {
    const held = await app.tokens.getToken('N18');
    const { axiosRef } = app.http.forAccount('N18');
    const waiting = times(10, () => axiosRef.get(BALANCE, { signal: leave.signal }).catch(() => undefined));
    await bothReached;
    const fresh = await app.tokens.refresh('N18');
    const facts = { 'refreshed to another': fresh.fingerprint !== held.fingerprint, 'token requests': tokenRequests };
    leave.abort();
    await waiting;
    return { ...facts, 'calls that reached the API': calls };
  } finally {
    await app.close();
    httpsAgent.destroy();
    await server.close();
  }
}

/** Siblings behind the same address have used up the minute. */
const crowded = () =>
  withApp(['N19'], { tokenTtlSeconds: 10, rateLimitPerMinute: 10 }, async ({ tokens }, emulator) => {
    const held = await tokens.getToken('N19');
    await times(9, () => fetch(emulator.baseUrl + BALANCE));
    const refreshed = await outcome(tokens.refresh('N19'));
    const requests = emulator.counts.token.total - 1;
    const again = await times(20, () => outcome(tokens.refresh('N19')));
    const served = await times(20, () => tokens.getToken('N19'));
    const retryAt = 'retryAt' in refreshed ? (refreshed.retryAt ?? 0) : 0;
    return {
      kind: refreshed.kind,
      requests,
      'requests of 20 more': emulator.counts.token.total - 1 - requests,
      'waits for the end of the minute':
        retryAt - Date.now() > 55_000 && again.every(({ kind }) => kind === refreshed.kind),
      'held token served': served.every(({ fingerprint }) => fingerprint === held.fingerprint),
    };
  });

export const STORIES: readonly StoryRow[] = [
  {
    id: 'T05',
    fault: '403 HTML, met by another account of this process',
    story: metByAnother('T05', { status: 403, body: '<html></html>', contentType: 'text/html' }),
    promised: { kind: 'edge_blocked', requests: 1 },
  },
  {
    id: 'T09',
    fault: '429, met by another account of this process',
    story: metByAnother('T09', { status: 429, headers: { 'retry-after': 7 } }),
    promised: { kind: 'rate_limited', requests: 1 },
  },
  {
    id: 'T20',
    fault: 'down for longer than the token lives',
    story: outlived,
    promised: {
      'served until its limit': true,
      kind: 'server_error',
      'calls that failed at once with `retryAt`': 20,
      'requests for them': 0,
      'recovered within one step': true,
    },
  },
  {
    id: 'F14',
    fault: 'a life of one second, calls all the time',
    story: brief,
    promised: { 'failed calls': 0, 'at most one request a floor of 250 ms': true },
  },
  {
    id: 'F19',
    fault: "a sibling's new token kills ours, 20 calls under way with it",
    story: killed,
    promised: { statuses: [200], replaced: true, 'token requests': 1, answers: { 200: 20, 401: 20 } },
    note: 'each call is sent again once, with the new token',
  },
  {
    id: 'N18',
    fault: 'all sockets of the agent taken by API calls',
    story: saturated,
    promised: { 'refreshed to another': true, 'token requests': 2, 'calls that reached the API': 2 },
  },
  {
    id: 'N19',
    fault: 'siblings have used up the limit by IP address',
    story: crowded,
    promised: {
      kind: 'rate_limited',
      requests: 1,
      'requests of 20 more': 0,
      'waits for the end of the minute': true,
      'held token served': true,
    },
    note: 'minutes of 429 pass on a fake clock, in `test/faults/outage.slow.ts`',
  },
];
