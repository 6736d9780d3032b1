import { Controller, Get, Query } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { type Statement, type StatementQuery, StatementsService } from './statements.service.js';

@Controller('statements')
export class StatementsController {
  constructor(private readonly statements: StatementsService) {}

  @Get()
  creditCard(@Query() query: StatementQuery): Observable<Statement> {
    return this.statements.creditCard(query);
  }
}
