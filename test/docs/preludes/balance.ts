import { Inject, Injectable } from '@nestjs/common';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';

/** What the recipe for `fetch` makes, for the recipe that tests it. */
@Injectable()
export class BalanceService {
  constructor(@Inject(ContaSimplesTokenService) private readonly tokens: ContaSimplesTokenService) {}

  async current(): Promise<number> {
    const response = await this.tokens.fetch('/accounts/v1/balance');
    return ((await response.json()) as { amount: number }).amount;
  }
}
