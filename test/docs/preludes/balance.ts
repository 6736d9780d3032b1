import { Inject, Injectable } from '@nestjs/common';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { firstValueFrom } from 'rxjs';

/** The service that the README begins with, for the recipe that tests it. */
@Injectable()
export class BalanceService {
  constructor(@Inject(ContaSimplesHttpService) private readonly contaSimples: ContaSimplesHttpService) {}

  async current(): Promise<number> {
    const { data } = await firstValueFrom(this.contaSimples.get<{ amount: number }>('/accounts/v1/balance'));
    return data.amount;
  }
}
