import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, NotFoundException, type OnModuleDestroy } from '@nestjs/common';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { filter, firstValueFrom, fromEvent, race, timer } from 'rxjs';
import { Backend } from '../backend/backend.js';
import { CallStatistics } from './calls/call-statistics.js';
import { LoadGenerator } from './calls/load-generator.js';
import { FaultButtons } from './faults/fault-buttons.js';
import type { FaultName, StoryStep, StoryView } from './frames.js';

const STEPS: readonly StoryStep[] = [
  'renewal',
  'revoke',
  'outage',
  'rate-limit',
  'slow',
  'html',
  'rotate',
  'resource-outage',
  'end',
];
/** Longer than any account waits for its next renewal. */
const RENEWAL_WITHIN_MS = 35_000;
/** Longer than any fault takes to be over and overcome. */
const RECOVERED_WITHIN_MS = 40_000;
const CHECK_MS = 200;
/** To read the caption, and to see the fault begin and what it left behind. */
const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;

/** Every fault, one after the other; each begins when the last one is overcome. */
@Injectable()
export class Story implements OnModuleDestroy {
  readonly #logger = new Logger(Story.name);
  #step: StoryStep | undefined;
  #atStart = { answered: 0, failed: 0 };
  #failedAtStart = 0;
  #failedBefore = 0;
  #playing: AbortController | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly tokens: ContaSimplesTokenService,
    private readonly statistics: CallStatistics,
    private readonly load: LoadGenerator,
    private readonly faults: FaultButtons,
  ) {}

  get view(): StoryView | undefined {
    if (this.#step === undefined) return undefined;
    const { answered, failed } = this.statistics.totals;
    return {
      step: this.#step,
      number: STEPS.indexOf(this.#step) + 1,
      steps: STEPS.length,
      answered: answered - this.#atStart.answered,
      failed: failed - this.#atStart.failed,
      failedBefore: this.#failedBefore,
    };
  }

  /**
   * From the beginning, also if it plays already.
   *
   * @throws NotFoundException without the emulator
   */
  play(): void {
    if (this.backend.emulated === undefined)
      throw new NotFoundException('The story can be played only with the emulator');
    this.stop();
    this.load.ensureLoad();
    const playing = new AbortController();
    this.#playing = playing;
    this.#failedAtStart = this.statistics.totals.failed;
    this.#tell(playing.signal).catch((error: unknown) => {
      if (!playing.signal.aborted) this.#logger.error(error);
    });
  }

  /** Faults that are going on run their course. */
  stop(): void {
    this.#playing?.abort();
    this.#playing = undefined;
    this.#step = undefined;
  }

  onModuleDestroy(): void {
    this.stop();
  }

  async #tell(signal: AbortSignal): Promise<void> {
    for (const step of STEPS) {
      this.#begin(step);
      if (step === 'end') return;
      if (step === 'renewal') await this.#renewal(signal);
      else await this.#fault(step, signal);
      await sleep(AFTER_MS, undefined, { signal });
    }
  }

  #begin(step: StoryStep): void {
    const { answered, failed } = this.statistics.totals;
    this.#step = step;
    this.#atStart = { answered, failed };
    // What fails while the resource server is down is that server's doing, and told apart.
    if (step !== 'end') this.#failedBefore = failed - this.#failedAtStart;
  }

  async #renewal(signal: AbortSignal): Promise<void> {
    const renewed = this.tokens.events.pipe(
      filter((event) => event.type === 'acquired' && event.cause === 'scheduled'),
    );
    const stopped = fromEvent(signal, 'abort');
    await firstValueFrom(race(renewed, timer(RENEWAL_WITHIN_MS), stopped), { defaultValue: undefined });
    signal.throwIfAborted();
  }

  async #fault(name: FaultName, signal: AbortSignal): Promise<void> {
    await sleep(BEFORE_MS, undefined, { signal });
    const { endsAt } = this.faults.press(name);
    await sleep(Math.max(0, endsAt - Date.now()), undefined, { signal });
    const deadline = Date.now() + RECOVERED_WITHIN_MS;
    while (!this.#allValid() && Date.now() < deadline) await sleep(CHECK_MS, undefined, { signal });
  }

  #allValid(): boolean {
    return this.backend.accounts.every((account) => this.tokens.status(account).state === 'valid');
  }
}
