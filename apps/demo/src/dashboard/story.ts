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
/** Longer than the time to any account's next refresh. */
const RENEWAL_WITHIN_MS = 35_000;
/** Longer than the recovery from any fault. */
const RECOVERED_WITHIN_MS = 40_000;
const CHECK_MS = 200;
/** Time to read the caption before the fault, and to see its effects after it. */
const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;

/** The guided demo: every fault, one after the other. Each starts when all accounts have recovered from the last. */
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
   * Starts from the beginning, also if it is running.
   *
   * @throws NotFoundException without the emulator
   */
  play(): void {
    if (this.backend.emulated === undefined)
      throw new NotFoundException('The guided demo is available only with the emulator');
    this.stop();
    this.load.ensureLoad();
    const playing = new AbortController();
    this.#playing = playing;
    this.#failedAtStart = this.statistics.totals.failed;
    this.#run(playing.signal).catch((error: unknown) => {
      if (!playing.signal.aborted) this.#logger.error(error);
    });
  }

  /** Does not end running faults. */
  stop(): void {
    this.#playing?.abort();
    this.#playing = undefined;
    this.#step = undefined;
  }

  onModuleDestroy(): void {
    this.stop();
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (const step of STEPS) {
      this.#begin(step);
      if (step === 'end') return;
      if (step === 'renewal') await this.#refresh(signal);
      else await this.#fault(step, signal);
      await sleep(AFTER_MS, undefined, { signal });
    }
  }

  #begin(step: StoryStep): void {
    const { answered, failed } = this.statistics.totals;
    this.#step = step;
    this.#atStart = { answered, failed };
    // Calls that fail while the API is down are counted separately.
    if (step !== 'end') this.#failedBefore = failed - this.#failedAtStart;
  }

  async #refresh(signal: AbortSignal): Promise<void> {
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
