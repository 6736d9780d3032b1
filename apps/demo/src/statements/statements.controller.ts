import { Controller, Get, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { ApiUpstreamErrors } from '../errors/error.dto.js';
import { Statement, StatementQuery } from './statement.dto.js';
import { StatementsService } from './statements.service.js';

@ApiTags('Conta Simples')
@ApiUpstreamErrors()
@Controller('statements')
export class StatementsController {
  constructor(private readonly statements: StatementsService) {}

  @Get()
  @ApiOperation({ summary: 'Card transactions of the default account, a page at a time' })
  @ApiOkResponse({ type: Statement })
  @ApiBadRequestResponse({ description: 'The service rejected a parameter' })
  creditCard(@Query() query: StatementQuery): Observable<Statement> {
    return this.statements.creditCard(query);
  }
}
