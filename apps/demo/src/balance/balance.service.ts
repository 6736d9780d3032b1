import { Injectable } from '@nestjs/common';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { map, type Observable } from 'rxjs';
import type { Balance } from './balance.dto.js';

@Injectable()
export class BalanceService {
  constructor(private readonly contaSimples: ContaSimplesHttpService) {}

  current(): Observable<Balance> {
    return this.contaSimples.get<Balance>('/accounts/v1/balance').pipe(map(({ data }) => data));
  }
}
