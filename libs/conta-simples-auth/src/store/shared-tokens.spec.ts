import { describe, expect, it } from '@jest/globals';
import { ClockedStore } from '@support/clocked-store.js';
import { FakeClock, settle } from '@support/fake-clock.js';
import { watch } from '@support/keeper-harness.js';
import { ClockedEndpoint, SharedProcess } from '@support/shared-process.js';
import { throughGate } from '@support/through-gate.js';
import type { TokenOutcome } from '../token/token-source.js';
import type { SharedTokensOptions } from './shared-tokens.js';

const SECOND = 1_000;

function fleet(size: number, options?: Partial<SharedTokensOptions>) {
  const clock = new FakeClock();
  let draws = 0;
  // Spread evenly, and the same every time.
  clock.nextRandom = () => (++draws * 0.618) % 1;
  const store = new ClockedStore(clock);
  const endpoint = new ClockedEndpoint(clock);
  const processes = Array.from({ length: size }, () => new SharedProcess(clock, store, endpoint, options));
  return { clock, store, endpoint, processes };
}

/** Fills every place of a process with requests that go on until they are ended. */
function occupy({ gate }: SharedProcess): (() => void)[] {
  const ends: (() => void)[] = [];
  const failed: TokenOutcome = { ok: false, failure: { kind: 'server_error', what: 'It said no' } };
  for (let place = 0; place < 16; place++) {
    const request = () => new Promise<TokenOutcome>((resolve) => ends.push(() => resolve(failed)));
    void throughGate(gate, request);
  }
  return ends;
}

describe('a fleet with more accounts than requests may run at once', () => {
  it('asks once for each of them, however slow the endpoint is', async () => {
    const { clock, endpoint, processes } = fleet(2);
    endpoint.latencyMs = 2_500;
    const accounts = Array.from({ length: 200 }, (_, index) => `account-${index}`);
    const outcomes = processes.flatMap((one) => accounts.map((account) => watch(one.obtain(account))));
    await clock.advance(30 * SECOND);
    expect(outcomes.filter(({ value }) => value?.ok)).toHaveLength(400);
    expect([...endpoint.asked].sort()).toEqual([...accounts].sort());
  });

  it('lets a process that has no room have a token of another without waiting for a place', async () => {
    const { clock, endpoint, processes } = fleet(2);
    const [busy, free] = processes;
    if (busy === undefined || free === undefined) throw new Error('there should be two');
    occupy(busy);
    void free.obtain();
    await settle();
    const waiting = watch(busy.obtain());
    await clock.advance(SECOND);
    expect(waiting.value).toMatchObject({ ok: true, grant: { shared: true } });
    expect(endpoint.asked).toHaveLength(1);
  });

  it('sends no queued request when another process has met the limit by address', async () => {
    const { clock, endpoint, processes } = fleet(2);
    const [busy, free] = processes;
    if (busy === undefined || free === undefined) throw new Error('there should be two');
    const ends = occupy(busy);
    const queued = watch(busy.obtain('one'));
    await settle();
    const failure = { kind: 'rate_limited', what: 'It said no', retryAfterMs: 60 * SECOND } as const;
    endpoint.request = async () => ({ ok: false, failure });
    expect(await free.obtain('other')).toMatchObject({ ok: false });
    endpoint.request = () => Promise.reject(new Error('No request should be sent'));
    ends[0]?.();
    await clock.advance(SECOND);
    expect(queued.value).toMatchObject({ ok: false, failure: { kind: 'rate_limited' } });
  });

  it('does not make the others wait for a process that only queues', async () => {
    const { clock, store, endpoint, processes } = fleet(2);
    const [busy, free] = processes;
    if (busy === undefined || free === undefined) throw new Error('there should be two');
    occupy(busy);
    void busy.obtain();
    await clock.advance(SECOND);
    expect(store.left('lease')).toEqual([]);
    const prompt = watch(free.obtain());
    await clock.advance(endpoint.latencyMs);
    expect(prompt.value).toMatchObject({ ok: true });
    expect(endpoint.asked).toHaveLength(1);
  });
});

describe('a process that gives up its request', () => {
  it('leaves neither a failure nor a lease behind', async () => {
    const { clock, store, endpoint, processes } = fleet(2);
    endpoint.latencyMs = 3 * SECOND;
    const abort = new AbortController();
    const given = watch(processes[0]?.obtain('default', { signal: abort.signal }) ?? Promise.reject());
    await clock.advance(SECOND);
    abort.abort();
    await settle();
    expect(given.value).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    expect(store.left('failure')).toEqual([]);
    expect(store.left('lease')).toEqual([1]);
    endpoint.latencyMs = 300;
    const next = watch(processes[1]?.obtain() ?? Promise.reject());
    await clock.advance(600);
    expect(next.value).toMatchObject({ ok: true });
  });

  it('while it queues asks nothing and takes no lease', async () => {
    const { store, endpoint, processes } = fleet(1);
    const [busy] = processes;
    if (busy === undefined) throw new Error('there should be one');
    occupy(busy);
    const abort = new AbortController();
    const given = watch(busy.obtain('default', { signal: abort.signal }));
    await settle();
    abort.abort();
    await settle();
    expect(given.value).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    expect(endpoint.asked).toEqual([]);
    expect(store.left('lease')).toEqual([]);
  });
});

describe('what is set in the store', () => {
  it('lasts a whole number of milliseconds, also where the options have fractions', async () => {
    const { clock, store, processes } = fleet(1, { leaseMs: 10_000 / 3 + 2_000, requestTimeoutMs: 10_000 / 3 });
    void processes[0]?.obtain();
    await clock.advance(SECOND);
    expect(store.ttls).toHaveLength(3);
    expect(store.ttls.filter((ttlMs) => !Number.isInteger(ttlMs) || ttlMs < 1)).toEqual([]);
  });

  it('leaves a lease until the least interval since the request has passed', async () => {
    const { clock, store, endpoint, processes } = fleet(1);
    endpoint.latencyMs = 2 * SECOND;
    void processes[0]?.obtain();
    await clock.advance(2 * SECOND);
    expect(store.left('lease')).toEqual([3 * SECOND]);
  });

  it('is no failure to read a secret: that is a matter of the one process', async () => {
    const { store, endpoint, processes } = fleet(1);
    endpoint.request = async () => ({
      ok: false,
      failure: { kind: 'credentials_unavailable', what: 'It is not there' },
    });
    expect(await processes[0]?.obtain()).toMatchObject({ ok: false });
    expect(store.left('failure')).toEqual([]);
  });

  it('is no failure of a request without the lease: its holder may have a token by then', async () => {
    const { clock, store, endpoint, processes } = fleet(2);
    void processes[0]?.obtain();
    await clock.advance(SECOND);
    store.persist('lease');
    store.overwrite('lease', 'held');
    store.delete('token');
    store.tellsTtl = false;
    endpoint.request = async () => ({ ok: false, failure: { kind: 'credentials_rejected', what: 'It said no' } });
    const outcome = watch(processes[1]?.obtain() ?? Promise.reject());
    await clock.advance(9 * SECOND);
    expect(outcome.value).toMatchObject({ ok: false, failure: { kind: 'credentials_rejected' } });
    expect(store.left('failure')).toEqual([]);
  });

  it('need not be released for a token found there to be used', async () => {
    const { clock, store, endpoint, processes } = fleet(2);
    void processes[0]?.obtain();
    await clock.advance(SECOND);
    store.delete('lease');
    // Hidden at the first read, as if it were written between that and the lease.
    const ttlMs = store.ttlMs.bind(store);
    let reads = 0;
    store.ttlMs = async (key) => (key.endsWith(':token') && reads++ === 0 ? null : ttlMs(key));
    store.writeFailure = new Error('READONLY You cannot write against a replica');
    expect(await processes[1]?.obtain()).toMatchObject({ ok: true, grant: { shared: true } });
    expect(endpoint.asked).toHaveLength(1);
  });
});

describe('a lease without an end', () => {
  async function left(size: number) {
    const made = fleet(size);
    void made.processes[0]?.obtain();
    await made.clock.advance(SECOND);
    made.store.persist('lease');
    made.store.delete('token');
    made.endpoint.asked.length = 0;
    return made;
  }

  it('has no holder: one process of a cold fleet takes it over after two seconds', async () => {
    const { clock, store, endpoint, processes } = await left(20);
    // All of them read at the same moments, and have the answer before any acts on it.
    clock.nextRandom = 0.5;
    const ttlMs = store.ttlMs.bind(store);
    store.ttlMs = async (key) => {
      const answer = await ttlMs(key);
      if (key.endsWith(':lease')) await new Promise<void>((resolve) => clock.setTimer(resolve, 20));
      return answer;
    };
    const outcomes = processes.map((one) => watch(one.obtain()));
    await clock.advance(3 * SECOND);
    expect(outcomes.filter(({ value }) => value?.ok)).toHaveLength(20);
    expect(endpoint.asked).toHaveLength(1);
  });

  it('whose end the store does not report is waited for 8 s at most, which leaves a caller 2 s for a local request', async () => {
    const { clock, store, endpoint, processes } = await left(1);
    store.tellsTtl = false;
    // As older versions wrote it: without the time of its end.
    store.overwrite('lease', 'ends');
    const outcome = watch(processes[0]?.obtain() ?? Promise.reject());
    await clock.advance(7_999);
    expect(endpoint.asked).toHaveLength(0);
    await clock.advance(SECOND);
    expect(outcome.value).toMatchObject({ ok: true });
    expect(processes[0]?.waits.at(-1)).toMatchObject({ outcome: 'own_request' });
  });
});

describe('a lease whose holder dies', () => {
  it('passes to one process, for which the others wait although their callers will not', async () => {
    const { clock, endpoint, processes } = fleet(20);
    const [doomed, ...others] = processes;
    endpoint.latencyMs = 2 ** 31 - 1;
    void doomed?.obtain();
    await settle();
    endpoint.latencyMs = 4_500;
    const outcomes = others.map((one) => watch(one.obtain()));
    await clock.advance(12 * SECOND);
    expect(outcomes.filter(({ value }) => value?.ok)).toHaveLength(19);
    expect(endpoint.asked).toHaveLength(2);
  });
});

describe('a failure without an end', () => {
  it('does not keep the fleet from the token endpoint for ever', async () => {
    const { clock, store, endpoint, processes } = fleet(2);
    const request = endpoint.request.bind(endpoint);
    endpoint.request = async () => ({ ok: false, failure: { kind: 'credentials_rejected', what: 'It said no' } });
    expect(await processes[0]?.obtain()).toMatchObject({ ok: false });
    store.persist('failure');
    endpoint.request = request;
    await clock.advance(60 * SECOND);
    const outcome = watch(processes[1]?.obtain() ?? Promise.reject());
    await clock.advance(SECOND);
    expect(outcome.value).toMatchObject({ ok: true });
  });
});

describe('a store that does not say how long a record has left', () => {
  it('is reported, and the age of a record goes by the clock of its writer', async () => {
    const { clock, store, processes } = fleet(2);
    store.tellsTtl = false;
    void processes[0]?.obtain();
    await clock.advance(60 * SECOND);
    expect(await processes[1]?.obtain()).toMatchObject({ ok: true, grant: { shared: true } });
    expect(processes[1]?.ttlUnknown).toBe(1);
  });

  it('as with a token that was made to last, goes by the same clock without a word', async () => {
    const { clock, store, processes } = fleet(2);
    void processes[0]?.obtain();
    await clock.advance(600 * SECOND);
    store.persist('token');
    const outcome = await processes[1]?.obtain();
    const sentAt = outcome?.ok ? outcome.grant.sentAt.monotonic : Number.NaN;
    expect(clock.monotonic() - sentAt).toBeGreaterThanOrEqual(599 * SECOND);
    expect(processes[1]?.ttlUnknown).toBe(0);
  });
});
