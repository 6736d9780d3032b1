import { setTimeout as delay } from 'node:timers/promises';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { logBook } from './log-book.js';
import { openApp, outcome, times } from './open-app.js';
import {
  type Arrivals,
  type Attempted,
  DEADLINE_MS,
  type Observed,
  type Outcome,
  type Row,
  type Stage,
  type Warm,
} from './row.js';

const REPEATS = 20;
const QUIET_MS = 100;
/** What a granted token lives in a cold run, and the held one in a warm run: there a tenth of it is the floor. */
const COLD_LIFE_SECONDS = 1_800;
const WARM_LIFE_SECONDS = 5;
/** Of rows that take longer. */
const LONG_LIFE_SECONDS = 10;

/** Meets the fault without a token and with one held, each with its own application and server. */
export async function runRow(row: Row, name: string): Promise<Observed> {
  const cold = onStage(row, 'cold', name, COLD_LIFE_SECONDS, runCold);
  if (row.alone) await cold;
  const isLong = row.alone || row.timed;
  const warm = onStage(row, 'warm', name, isLong ? LONG_LIFE_SECONDS : WARM_LIFE_SECONDS, runWarm);
  const [seenCold, seenWarm] = await Promise.all([cold, warm]);
  return { cold: seenCold, warm: seenWarm };
}

type App = Awaited<ReturnType<typeof openApp>>;

interface Act {
  readonly row: Row;
  readonly stage: Stage;
  readonly app: App;
  readonly account: string;
}

type Seen = Omit<Attempted, 'facts' | 'log'>;

async function onStage<T extends Seen>(
  row: Row,
  phase: 'cold' | 'warm',
  name: string,
  lifeSeconds: number,
  run: (act: Act) => Promise<T>,
): Promise<T & Pick<Attempted, 'facts' | 'log'>> {
  const stage = await row.stage(lifeSeconds);
  try {
    const account = `${name}-${phase}`;
    const deadline = row.timed ? { requestTimeoutMs: DEADLINE_MS[phase] } : {};
    const app = await openApp({ ...stage.options, ...deadline }, account);
    let seen: T;
    try {
      seen = await run({ row, stage, app, account });
    } finally {
      await app.close();
    }
    const facts = (await stage.facts?.()) ?? {};
    return { ...seen, facts, log: logBook.about(account) };
  } finally {
    await stage.close();
  }
}

async function runCold({ row, stage, app, account }: Act): Promise<Seen> {
  await stage.strike();
  return callAndRepeat(row, stage, () => app.tokens.getToken(account));
}

async function runWarm({ row, stage, app, account }: Act): Promise<Omit<Warm, 'facts' | 'log'>> {
  const { tokens } = app;
  const held = await firstToken(() => tokens.getToken(account));
  const before = stage.arrivals();
  await stage.strike();
  const served = new Set<string>();
  const serve = async () => {
    const got = await outcome(tokens.getToken(account));
    served.add('fingerprint' in got ? got.fingerprint : got.kind);
  };
  const sampling = new AbortController();
  const sampled = sample(serve, sampling.signal);
  const attempted = await callAndRepeat(row, stage, () => tokens.refresh(account), before);
  await times(REPEATS, serve);
  sampling.abort();
  await sampled;
  const recovery = 'recovers' in row.promised && row.promised.recovers ? await recover() : undefined;
  return { ...attempted, held, served: [...served], ...(recovery && { recovery }) };

  async function recover() {
    const back = firstValueFrom(
      tokens.events.pipe(
        filter(({ type }) => type === 'recovered'),
        timeout(5_000),
      ),
    );
    await stage.repair();
    const mendedAt = performance.now();
    await back;
    const afterMs = performance.now() - mendedAt;
    const { fingerprint } = await tokens.getToken(account);
    return { afterMs, fingerprint, arrivals: since(before, stage.arrivals()) };
  }
}

/** Where the deadline is short, a busy machine may use it up once or twice before the row has begun. */
async function firstToken(call: () => Parameters<typeof outcome>[0]): Promise<string> {
  for (let tries = 0; tries < 50; tries++) {
    const got = await outcome(call());
    if ('fingerprint' in got) return got.fingerprint;
    await delay(50);
  }
  throw new Error('There was no token to begin with');
}

/** The calls of other parts of an application, which know nothing of a refresh. */
async function sample(serve: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await serve();
    await delay(10);
  }
}

async function callAndRepeat(
  row: Row,
  stage: Stage,
  call: () => Parameters<typeof outcome>[0],
  before: Arrivals = { requests: 0 },
): Promise<Seen> {
  const startedAt = Date.now();
  const first = await outcome(call());
  const arrivals = since(before, stage.arrivals());
  const isGranted = row.promised.kind === 'token';
  // A second refresh would be granted, and rightly ask again.
  const repeated: Outcome[] = isGranted && before.requests > 0 ? [] : await times(REPEATS, () => outcome(call()));
  const endedAt = Date.now();
  // Nothing may come from an account that pauses for longer than this; one that is tried again soon is not waited for.
  if ('retryInMs' in row.promised && row.promised.retryInMs[0] > QUIET_MS) await delay(QUIET_MS);
  return { startedAt, endedAt, first, repeated, arrivals, arrivalsLater: since(before, stage.arrivals()) };
}

function since(before: Arrivals, { requests, attempts }: Arrivals): Arrivals {
  return {
    requests: requests - before.requests,
    ...(attempts !== undefined && { attempts: attempts - (before.attempts ?? 0) }),
  };
}
