import { BadRequestException, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ContaSimplesHttpService, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { firstValueFrom } from 'rxjs';
import { Backend } from '../../backend/backend.js';
import type { LoadView } from '../frames.js';
import { CallStatistics } from './call-statistics.js';

const TICK_MS = 20;
/** The limit of concurrent calls. */
const MAX_IN_FLIGHT = 300;
/** Limits the calls that are made up for after a pause of the process. */
const MAX_CATCH_UP_MS = 500;
const CALL_TIMEOUT_MS = 5_000;

const EMULATOR_RATES = [0, 5, 50, 200] as const;
/** The vendor allows 100 calls a minute and the account is real: no calls unless the user chooses a load. */
const REAL_RATES = [0, 1] as const;
const EMULATOR_DEFAULT_RATE = 50;

/** A steady load on all accounts in turn, while a page is open. */
@Injectable()
export class LoadGenerator implements OnModuleDestroy {
  readonly rates: readonly number[];
  readonly #accounts: readonly string[];
  #callsPerSecond: number;
  #inFlight = 0;
  #next = 0;
  #ticker: NodeJS.Timeout | undefined;
  #tickedAt = 0;
  #due = 0;

  constructor(
    backend: Backend,
    private readonly contaSimples: ContaSimplesHttpService,
    private readonly statistics: CallStatistics,
  ) {
    this.#accounts = backend.accounts;
    this.rates = backend.emulated ? EMULATOR_RATES : REAL_RATES;
    this.#callsPerSecond = backend.emulated ? EMULATOR_DEFAULT_RATE : 0;
  }

  get view(): LoadView {
    return { callsPerSecond: this.#callsPerSecond, inFlight: this.#inFlight };
  }

  /** @throws BadRequestException for a rate that is not one of `rates` */
  setRate(callsPerSecond: unknown): void {
    const rate = this.rates.find((one) => one === callsPerSecond);
    if (rate === undefined) throw new BadRequestException(`callsPerSecond must be one of ${this.rates.join(', ')}`);
    this.#callsPerSecond = rate;
    this.#due = 0;
  }

  /** Starts a load for the guided demo; does not change a running one. */
  ensureLoad(): void {
    if (this.#callsPerSecond === 0) this.setRate(EMULATOR_DEFAULT_RATE);
  }

  start(): void {
    if (this.#ticker !== undefined) return;
    this.#tickedAt = performance.now();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  onModuleDestroy(): void {
    this.stop();
  }

  /** By elapsed time, because ticks are late on a busy machine. */
  #tick(): void {
    const now = performance.now();
    const elapsedMs = Math.min(MAX_CATCH_UP_MS, now - this.#tickedAt);
    this.#tickedAt = now;
    for (this.#due += (elapsedMs * this.#callsPerSecond) / 1_000; this.#due >= 1; this.#due--) {
      if (this.#inFlight < MAX_IN_FLIGHT) void this.#call();
    }
  }

  async #call(): Promise<void> {
    const account = this.#accounts[this.#next++ % this.#accounts.length];
    const startedAt = performance.now();
    this.#inFlight++;
    try {
      const client = account === undefined ? this.contaSimples : this.contaSimples.forAccount(account);
      await firstValueFrom(client.get('/accounts/v1/balance', { timeout: CALL_TIMEOUT_MS }));
      this.statistics.answered(performance.now() - startedAt);
    } catch (error) {
      this.statistics.failed(performance.now() - startedAt, { withoutToken: isContaSimplesAuthError(error) });
    } finally {
      this.#inFlight--;
    }
  }
}
