import type { ContaSimplesAuthErrorKind, ContaSimplesModuleOptions } from 'nestjs-conta-simples-auth';

/** What arrived at the other end, counted there. */
export interface Arrivals {
  /** Token requests of which at least the headers came. */
  readonly requests: number;
  /** Where requests are not what an attempt shows up as: connections, look-ups or tunnels asked for. */
  readonly attempts?: number;
}

/** The other end of a row: a token endpoint, and a fault that can be switched on and off. */
export interface Stage {
  readonly options: ContaSimplesModuleOptions;
  readonly arrivals: () => Arrivals;
  readonly strike: () => void | Promise<void>;
  readonly repair: () => void | Promise<void>;
  /** What else a row promises, looked at once the application is closed. */
  readonly facts?: () => Facts | Promise<Facts>;
  readonly close: () => Promise<void>;
}

export type Facts = Readonly<Record<string, unknown>>;

/** A failure, or a refresh that fails while the held token is served. */
export interface PromisedFailure extends Arrivals {
  readonly kind: ContaSimplesAuthErrorKind;
  readonly status?: number;
  /** When the error says the next attempt may be made, milliseconds from now: at least, at most. */
  readonly retryInMs: readonly [number, number];
  /** Whether the account recovers by itself, within one backoff step of the end of the fault. */
  readonly recovers: boolean;
}

export interface PromisedToken extends Arrivals {
  readonly kind: 'token';
  /** `expiresAt - obtainedAt`. */
  readonly lifeMs: number;
}

export type Promised = PromisedFailure | PromisedToken;

/** One way in which one fault of the list shows itself. */
export interface Row {
  readonly id: string;
  /** What is wrong, as the table says it. */
  readonly fault: string;
  readonly stage: (lifeSeconds: number) => Promise<Stage>;
  readonly promised: Promised;
  /** Beginnings of what is warned of, each once. */
  readonly warnings?: readonly string[];
  /** What the one line about the failure has to name in the log. */
  readonly logged?: string;
  readonly facts?: Facts;
  /** For the table: how it is brought about, or what else is checked. */
  readonly note?: string;
  /** Whether attempts end by their deadline, which is then short. */
  readonly timed?: boolean;
  /** Whether it changes the environment: such rows run one after another. */
  readonly alone?: boolean;
}

/** A row whose promise needs its own test. */
export interface StoryRow {
  readonly id: string;
  readonly fault: string;
  readonly story: () => Promise<Facts>;
  /** What the story must come to. */
  readonly promised: Facts;
  readonly note?: string;
}

/** What a call came to. */
export type Outcome =
  | { readonly kind: 'token'; readonly fingerprint: string; readonly obtainedAt: number; readonly lifeMs: number }
  | {
      readonly kind: string;
      readonly status: number | undefined;
      readonly retryAt: number | undefined;
      readonly error: unknown;
    };

/** A call, its repetitions, and what the other end saw of them. */
export interface Attempted {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly first: Outcome;
  readonly repeated: readonly Outcome[];
  readonly arrivals: Arrivals;
  /** After the repetitions; where nothing more may come, when the whole row has run. */
  readonly arrivalsLater: Arrivals;
  /** What was logged for the account, by level. */
  readonly log: Readonly<Record<string, readonly string[]>>;
  readonly facts: Facts;
}

export interface Warm extends Attempted {
  readonly held: string;
  /** Fingerprints that calls got, or kinds of errors, while the refresh ran and after it had ended. */
  readonly served: readonly string[];
  readonly recovery?: { readonly afterMs: number; readonly fingerprint: string; readonly arrivals: Arrivals };
}

export interface Observed {
  readonly cold: Attempted;
  readonly warm: Warm;
}

/** Of a timed row: under the floor between requests, so that no retry comes while calls repeat. */
export const DEADLINE_MS = { cold: 200, warm: 800 };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The attempt and one retry; then a pause of at most one step of the backoff, after which it is tried again. */
export function transient(kind: ContaSimplesAuthErrorKind, rest: Partial<PromisedFailure> = {}): PromisedFailure {
  return { kind, requests: 2, retryInMs: [0, SECOND], recovers: true, ...rest };
}

/** One attempt, and a long pause. */
export function terminal(kind: ContaSimplesAuthErrorKind, rest: Partial<PromisedFailure> = {}): PromisedFailure {
  return { kind, requests: 1, retryInMs: [MINUTE, MINUTE], recovers: false, ...rest };
}

/** One attempt, and the pause that the server wishes, with jitter up. */
export function limited(status: number, ...retryInMs: [number, number]): PromisedFailure {
  return { kind: 'rate_limited', status, requests: 1, retryInMs, recovers: false };
}

export function granted(lifeMs = 30 * MINUTE): PromisedToken {
  return { kind: 'token', requests: 1, lifeMs };
}
