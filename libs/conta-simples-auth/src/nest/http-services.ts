import type { ContaSimplesHttpService } from './http.service.js';

/**
 * The client of each account, made when it is first asked for: the same object for the same name, as long as anybody
 * holds on to it. Held weakly, since an application may go through more accounts than there is memory for.
 */
export class HttpServices {
  readonly #services = new Map<string | undefined, WeakRef<ContaSimplesHttpService>>();
  readonly #gone = new FinalizationRegistry<string | undefined>((account) => {
    // A new one may have taken its place.
    if (this.#services.get(account)?.deref() === undefined) this.#services.delete(account);
  });

  get(account: string | undefined, make: () => ContaSimplesHttpService): ContaSimplesHttpService {
    const present = this.#services.get(account)?.deref();
    if (present !== undefined) return present;
    const service = make();
    this.#services.set(account, new WeakRef(service));
    this.#gone.register(service, account);
    return service;
  }
}
