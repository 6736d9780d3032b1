import { type Booted, type BootOptions, boot } from './boot.js';
import { stopwatch } from './stopwatch.js';

/** A name and its pair, as the emulator and an option `accounts` that is a function give it. */
export const pairOf = (name: string) => ({ name, apiKey: `key-of-${name}`, apiSecret: `secret-of-${name}` });

export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** An application whose accounts come from a function, at an emulator that knows these names. */
export async function bootAccounts(names: readonly string[], { options, ...rest }: BootOptions = {}): Promise<Booted> {
  return boot({
    ...rest,
    emulator: { ...rest.emulator, accounts: names.map(pairOf) },
    options: { apiKey: undefined, apiSecret: undefined, accounts: pairOf, ...options },
  });
}

/** From now on, the token requests of these accounts get no answer. */
export function hang({ emulator }: Booted, names: readonly string[]): void {
  for (const account of names) {
    emulator.fail({ kind: 'token', account }, { hang: true }, { times: Number.POSITIVE_INFINITY });
  }
}

/** How long it took until the promise was settled, either way, without the time that a busy machine took. */
export async function tookMs(call: Promise<unknown>): Promise<number> {
  const elapsedMs = stopwatch();
  await call.catch(() => {});
  return elapsedMs();
}
