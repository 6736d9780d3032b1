import type { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import type { ContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';

// What the examples in the library's comments speak of and do not show.

export declare const emulator: ContaSimplesEmulator;
export declare const error: unknown;
export declare const response: { setHeader(name: string, value: number): void };
export declare function secondsUntil(instant: number | undefined): number;
export declare class BalanceService {}
export declare class ReportsService {}
/** What an example may call its own. */
export declare class Reader {
  readonly tokens: ContaSimplesTokenService;
}
