// The token endpoint fails for some time: within the lifetime of the current token, and longer.
import { setTimeout as passes } from 'node:timers/promises';
import { contextFor, marginOf } from '../lib/context.mjs';
import { count, seconds } from '../lib/format.mjs';
import { isFailure, steadyLoad } from '../lib/steady-load.mjs';
import { startService } from '../server/service.mjs';

async function outage(
  candidate,
  { lifeSeconds, startsMs, endsMs, restMs, latencyMs, perSecond },
  services,
  windowMs = 0,
) {
  const service = await startService({ lifeSeconds: lifeSeconds + windowMs / 1_000, latencyMs });
  services.push(service);
  const client = await candidate.open(contextFor(service, { marginMs: marginOf(lifeSeconds) }));
  const [{ through }] = client.calls;
  // The lifetime of the first token starts here, independent of later delays of this process.
  const obtainedAt = performance.now();
  const until = (atMs) => passes(Math.max(0, obtainedAt + atMs - performance.now()));
  await through();
  const load = steadyLoad(through, perSecond);
  await until(startsMs);
  await service.set({ outage: true });
  const before = await service.counts();
  const startedAt = load.elapsed();
  await until(endsMs);
  await service.set({ outage: false });
  const during = await service.counts();
  const endedAt = load.elapsed();
  await passes(restMs);
  const calls = await load.stop();
  const within = calls.filter(({ at }) => at >= startedAt && at < endedAt);
  const later = calls.filter(({ at }) => at >= endedAt);
  const back = later.find((call) => !isFailure(call));
  return {
    calls: within.length,
    failed: within.filter(isFailure).length,
    longestMs: Math.max(...within.map(({ tookMs }) => tookMs)),
    attempts: during.tokenRequests - before.tokenRequests,
    perSecond: ((during.tokenRequests - before.tokenRequests) * 1_000) / (endedAt - startedAt),
    // Until the first successful answer to a call made after the outage.
    recoveryMs: back && back.at + back.tookMs - endedAt,
  };
}

/** From shortly before the refresh to shortly before the token expires. */
function insideOf({ lifeSeconds, ...more }, windowMs) {
  const life = lifeSeconds * 1_000;
  const [from, to] = windowMs > 0 ? [0.9, 1.1] : [0.8, 0.93];
  return { lifeSeconds, startsMs: from * life, endsMs: to * life, restMs: 500, ...more };
}

async function measure(candidate, { inside, beyond }) {
  const { fixedWindowMs = 0 } = candidate.about;
  const services = [];
  const [within, over] = await Promise.all([
    outage(candidate, insideOf(inside, fixedWindowMs), services, fixedWindowMs),
    outage(candidate, beyond, services),
  ]);
  // After both are done, because a candidate may still call its server in the background.
  for (const service of services) await service.close();
  return { inside: within, beyond: over };
}

export const scenario = {
  name: 'outage',
  title: 'An outage of the token endpoint',
  settings: (quick) => ({
    inside: { lifeSeconds: quick ? 12 : 30, latencyMs: 50, perSecond: 25 },
    beyond: {
      lifeSeconds: 4,
      startsMs: 2_000,
      endsMs: quick ? 6_000 : 14_000,
      restMs: quick ? 1_500 : 4_000,
      latencyMs: 50,
      perSecond: 25,
    },
    lanes: 12,
    limitMs: 60_000,
  }),
  measure,
  columns: [
    'candidate',
    'inside: failed calls',
    'inside: attempts',
    'beyond: failed calls',
    'longest call',
    'beyond: attempts',
    'attempts a second',
    'recovery',
  ],
  row: ({ inside, beyond }) => [
    `${count(inside.failed)} of ${count(inside.calls)}`,
    count(inside.attempts),
    `${count(beyond.failed)} of ${count(beyond.calls)}`,
    seconds(beyond.longestMs),
    count(beyond.attempts),
    beyond.perSecond.toFixed(1),
    beyond.recoveryMs === undefined ? 'none seen' : seconds(beyond.recoveryMs),
  ],
  text: (_, { inside, beyond }) =>
    `${inside.perSecond} calls a second, and a token endpoint that answers with 503 after ${inside.latencyMs} ms. Inside: the token lifetime is ${inside.lifeSeconds} s, and the outage starts before the refresh is due and ends before the token expires. Beyond: the token lifetime is ${beyond.lifeSeconds} s, and the outage lasts ${(beyond.endsMs - beyond.startsMs) / 1_000} s. Recovery is the time from its end to the first call that succeeds; it is “none seen” if no call succeeded within ${beyond.restMs / 1_000} s. Promised: no failed call inside, attempts spaced by backoff beyond.`,
  verdict: ({ inside, beyond }) => ({
    'no failed call inside the life of the token': inside.failed === 0,
    'at most three attempts a second beyond it': beyond.perSecond <= 3,
  }),
  plot: {
    value: ({ beyond }) => beyond.attempts,
    label: 'attempts at the token endpoint in an outage that outlasts the token',
    format: count,
  },
};
