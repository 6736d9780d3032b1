import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DEFAULT_ACCOUNT } from '../accounts/account-registry.js';
import type { ContaSimplesTokenStatus } from '../model/status.js';
import { ContaSimplesTokenService } from '../nest/token.service.js';
import {
  type AccountHealth,
  type AccountsHealth,
  accountHealth,
  accountsHealth,
  type Level,
  levelOf,
  unknownAccount,
} from './health.js';

/**
 * Whose health is asked for.
 *
 * @publicApi
 */
export interface HealthCheckOptions {
  /** The account's name; left out, `default`, or all accounts where there is none of that name. */
  readonly account?: string | undefined;
}

/**
 * What the indicator puts beside `status`: of one account, or of several.
 *
 * @publicApi
 */
export type ContaSimplesHealth = AccountHealth | AccountsHealth;

/**
 * Tells `@nestjs/terminus` how the tokens are. Reading it causes no token request and never throws.
 *
 * | result | when |
 * | --- | --- |
 * | up | a token is served; or none is needed yet (`bootstrap: 'lazy'`, an account that nobody has used) |
 * | degraded | a token is served while its refresh fails; of several accounts, some are down and others are not |
 * | down | the last attempt failed and no token can be served; the first token of `bootstrap: 'background'` or `'required'` is on its way; the module is closed; there is no such account |
 *
 * Where terminus knows no `degraded` (before 12) the result is up, with `state: 'degraded'`.
 *
 * @example
 * ```ts
 * @Controller('health')
 * export class HealthController {
 *   constructor(private readonly health: HealthCheckService, private readonly contaSimples: ContaSimplesHealthIndicator) {}
 *
 *   @Get()
 *   @HealthCheck()
 *   ready() {
 *     return this.health.check([() => this.contaSimples.isHealthy('contaSimples')]);
 *   }
 * }
 *
 * @Module({ imports: [TerminusModule], controllers: [HealthController], providers: [ContaSimplesHealthIndicator] })
 * export class HealthModule {}
 * ```
 * @publicApi
 */
@Injectable()
export class ContaSimplesHealthIndicator {
  readonly #tokens: ContaSimplesTokenService;
  readonly #health: HealthIndicatorService;

  /** Called by Nest: list this class among the providers of the module that has the health check. */
  constructor(
    @Inject(ContaSimplesTokenService) tokens: ContaSimplesTokenService,
    @Inject(HealthIndicatorService) health: HealthIndicatorService,
  ) {
    this.#tokens = tokens;
    this.#health = health;
  }

  /**
   * The health of an account's token, from memory.
   *
   * @param key under which the result stands in the health answer
   * @param options whose; an account that does not exist is down, with a reason
   */
  async isHealthy<const Key extends string>(
    key: Key,
    { account }: HealthCheckOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { level, data } = this.#look(account);
    const session = this.#health.check(key);
    if (level === 'down') return session.down({ ...data });
    // Terminus 11 has no such method, whatever the types of the one we were built with say.
    if (level === 'degraded' && typeof session.degraded === 'function') return session.degraded({ ...data });
    return session.up({ ...data });
  }

  #look(account: string | undefined): { level: Level; data: ContaSimplesHealth } {
    const { accounts } = this.#tokens;
    const name = account ?? (accounts.includes(DEFAULT_ACCOUNT) ? DEFAULT_ACCOUNT : undefined);
    if (name === undefined) {
      const data = accountsHealth(accounts.map((each) => this.#tokens.status(each)));
      return { level: data.state, data };
    }
    const status = this.#status(name);
    if (status === undefined) return { level: 'down', data: unknownAccount(name) };
    return { level: levelOf(status), data: accountHealth(status) };
  }

  #status(account: string): ContaSimplesTokenStatus | undefined {
    try {
      return this.#tokens.status(account);
    } catch {
      // Nothing but `unknown_account` is ever thrown here.
      return undefined;
    }
  }
}
