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
 * Which accounts to check.
 *
 * @publicApi
 */
export interface HealthCheckOptions {
  /** The account's name. Default: the account `default`, or all accounts if there is none of that name. */
  readonly account?: string | undefined;
}

/**
 * What the indicator adds to `status`, for one account or for several.
 *
 * @publicApi
 */
export type ContaSimplesHealth = AccountHealth | AccountsHealth;

/**
 * Reports the state of the tokens to `@nestjs/terminus`. Makes no token request and never throws.
 *
 * | result | when |
 * | --- | --- |
 * | up | a token is served; or none is needed yet (`bootstrap: 'lazy'`, an account that has not been used) |
 * | degraded | a token is served while its refresh fails; of several accounts, some are down and others are not |
 * | down | the last attempt failed and no token can be served; the first token request of `bootstrap: 'background'` or `'required'` is running; the module is closed; there is no such account |
 *
 * Terminus before 12 has no `degraded`: the result is up there, with `state: 'degraded'`.
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
   * The health of an account's token. Reads memory only.
   *
   * @param key the key of the result in the health answer
   * @param options which account; an unknown account is down, with a reason
   */
  async isHealthy<const Key extends string>(
    key: Key,
    { account }: HealthCheckOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { level, data } = this.#read(account);
    const session = this.#health.check(key);
    if (level === 'down') return session.down({ ...data });
    // Terminus 11 has no such method, although the types of the version we build with have it.
    if (level === 'degraded' && typeof session.degraded === 'function') return session.degraded({ ...data });
    return session.up({ ...data });
  }

  #read(account: string | undefined): { level: Level; data: ContaSimplesHealth } {
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
      // Only `unknown_account` is thrown here.
      return undefined;
    }
  }
}
