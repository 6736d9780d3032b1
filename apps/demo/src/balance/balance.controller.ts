import { Controller, Get } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { type Balance, BalanceService } from './balance.service.js';

@Controller('balance')
export class BalanceController {
  constructor(private readonly balance: BalanceService) {}

  @Get()
  show(): Observable<Balance> {
    return this.balance.current();
  }
}
