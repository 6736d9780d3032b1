import type { Runtime } from './runtime.js';

/**
 * Makes the runtime when the first of its services is injected. In a test that replaces the services nothing is made: no
 * setting is missing, no token is requested and no timer is started.
 */
export class RuntimeHandle {
  readonly #make: () => Runtime;
  #made: Runtime | undefined;
  #isStarted = false;

  constructor(make: () => Runtime) {
    this.#make = make;
  }

  /** The runtime of a service whose accounts are kept fresh from the start. */
  forService(): Runtime {
    this.#isStarted = true;
    return this.get();
  }

  /** @throws ContaSimplesAuthError of kind `configuration` for settings that are missing or wrong */
  get(): Runtime {
    this.#made ??= this.#make();
    return this.#made;
  }

  /** The runtime if there is one, to be stopped. */
  get made(): Runtime | undefined {
    return this.#made;
  }

  /** The same, if its accounts are to be kept fresh: not where a test has replaced the services that use them. */
  get started(): Runtime | undefined {
    return this.#isStarted ? this.#made : undefined;
  }
}

/** The result of `work`, as a function that returns it or throws what `work` threw, each time that it is called. */
export async function deferred<Value>(work: () => Promise<Value>): Promise<() => Value> {
  try {
    const value = await work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
