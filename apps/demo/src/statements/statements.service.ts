import { Injectable } from '@nestjs/common';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { map, type Observable } from 'rxjs';
import type { Statement, StatementQuery } from './statement.dto.js';

const DAY_MS = 24 * 3_600_000;

@Injectable()
export class StatementsService {
  constructor(private readonly contaSimples: ContaSimplesHttpService) {}

  creditCard(query: StatementQuery): Observable<Statement> {
    const endDate = query.endDate ?? isoDate(Date.now());
    const startDate = query.startDate ?? thirtyDaysBefore(endDate);
    const { limit = '5', nextPageStartKey } = query;
    return this.contaSimples
      .get<Statement>('/statements/v1/credit-card', { params: { startDate, endDate, limit, nextPageStartKey } })
      .pipe(map(({ data }) => data));
  }
}

/** An invalid end date is passed on alone; the service rejects it. */
function thirtyDaysBefore(date: string): string | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : isoDate(time - 30 * DAY_MS);
}

function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
