import { Injectable } from '@nestjs/common';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { map, type Observable } from 'rxjs';

export interface Balance {
  /** In BRL. */
  amount: number;
}

@Injectable()
export class BalanceService {
  constructor(private readonly contaSimples: ContaSimplesHttpService) {}

  current(): Observable<Balance> {
    return this.contaSimples.get<Balance>('/accounts/v1/balance').pipe(map(({ data }) => data));
  }
}
