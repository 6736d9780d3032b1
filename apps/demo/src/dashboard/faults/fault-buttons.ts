import { BadRequestException, Injectable, Logger, NotFoundException, type OnModuleDestroy } from '@nestjs/common';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { Backend } from '../../backend/backend.js';
import type { FaultName, FaultView } from '../frames.js';
import { FAULTS } from './fault-catalog.js';

const MIN_SECONDS = 0.1;
const MAX_SECONDS = 60;

/** Makes the emulator fail on demand. Not available with the real service. */
@Injectable()
export class FaultButtons implements OnModuleDestroy {
  readonly #logger = new Logger(FaultButtons.name);
  readonly #running = new Map<FaultName, FaultView>();
  readonly #ended = new AbortController();

  constructor(
    private readonly backend: Backend,
    private readonly tokens: ContaSimplesTokenService,
  ) {}

  /** The running faults. */
  get running(): FaultView[] {
    const now = Date.now();
    for (const [name, { endsAt }] of this.#running) if (endsAt <= now) this.#running.delete(name);
    return [...this.#running.values()];
  }

  /**
   * Starts a fault, unless it is already running.
   *
   * @throws NotFoundException without the emulator, or for an unknown name
   * @throws BadRequestException if the duration is not a number from 0.1 to 60 s
   */
  press(name: string, seconds?: unknown): FaultView {
    const { emulated } = this.backend;
    if (emulated === undefined) throw new NotFoundException('Faults are available only with the emulator');
    if (!isFaultName(name)) throw new NotFoundException(`Unknown fault; use one of ${Object.keys(FAULTS).join(', ')}`);
    const lasts = seconds ?? FAULTS[name].defaultSeconds;
    if (typeof lasts !== 'number' || !(lasts >= MIN_SECONDS && lasts <= MAX_SECONDS)) {
      throw new BadRequestException(`seconds must be a number from ${MIN_SECONDS} to ${MAX_SECONDS}`);
    }
    const present = this.running.find((fault) => fault.name === name);
    if (present !== undefined) return present;
    const fault = { name, endsAt: Date.now() + lasts * 1_000 };
    this.#running.set(name, fault);
    const context = { backend: emulated, tokens: this.tokens, seconds: lasts, signal: this.#ended.signal };
    Promise.resolve(FAULTS[name].begin(context)).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#logger.error(error);
    });
    return fault;
  }

  onModuleDestroy(): void {
    this.#ended.abort();
  }
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}
