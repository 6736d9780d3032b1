import type { AccountRegistry } from './accounts/account-registry.js';
import type { EmulatorSettings } from './emulator-settings.js';
import type { Exchange } from './http/exchange.js';
import type { Reply } from './http/reply.js';
import type { RequestKind } from './requests/request-record.js';
import type { AccountDataStore } from './resources/account-data.js';
import { answerResource } from './resources/resource-routes.js';
import { checkBearer } from './tokens/bearer-header.js';
import { accountNamedBy, answerTokenRequest, TOKEN_PATH } from './tokens/token-endpoint.js';
import type { TokenRegistry } from './tokens/token-registry.js';

export interface ServiceParts {
  readonly accounts: AccountRegistry;
  readonly tokens: TokenRegistry;
  readonly data: AccountDataStore;
  readonly settings: EmulatorSettings;
}

/** The service when nothing goes wrong. */
export class EmulatedService {
  readonly #parts: ServiceParts;
  readonly #issuer: () => string;

  constructor(parts: ServiceParts, issuer: () => string) {
    this.#parts = parts;
    this.#issuer = issuer;
  }

  kindOf({ path }: Exchange): RequestKind {
    return path === TOKEN_PATH ? 'token' : 'resource';
  }

  accountOf(exchange: Exchange): string | undefined {
    const { accounts, tokens } = this.#parts;
    return this.kindOf(exchange) === 'token'
      ? accountNamedBy(exchange.authorization, accounts)
      : checkBearer(exchange.authorization, tokens).account;
  }

  async answer(exchange: Exchange): Promise<Reply> {
    const { accounts, tokens, data, settings } = this.#parts;
    if (this.kindOf(exchange) === 'resource') {
      return answerResource(exchange, tokens, data);
    }
    const { tokenTtlSeconds, singleTokenPerAccount, now } = settings;
    return answerTokenRequest(exchange, {
      accounts,
      tokens,
      issuer: this.#issuer(),
      tokenTtlSeconds,
      singleTokenPerAccount,
      now,
    });
  }
}
