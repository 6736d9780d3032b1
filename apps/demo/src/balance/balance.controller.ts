import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { ApiUpstreamErrors } from '../errors/error.dto.js';
import { Balance } from './balance.dto.js';
import { BalanceService } from './balance.service.js';

@ApiTags('Conta Simples')
@ApiUpstreamErrors()
@Controller('balance')
export class BalanceController {
  constructor(private readonly balance: BalanceService) {}

  @Get()
  @ApiOperation({ summary: 'The balance of the default account' })
  @ApiOkResponse({ type: Balance })
  show(): Observable<Balance> {
    return this.balance.current();
  }
}
