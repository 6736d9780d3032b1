import { Injectable } from '@nestjs/common';
import { ContaSimplesHttpService } from 'nestjs-conta-simples-auth';
import { map, type Observable } from 'rxjs';

export interface Statement {
  transactions: unknown[];
  nextPageStartKey?: string | null;
}

/** What `GET /statements/v1/credit-card` takes; the service checks it. */
export interface StatementQuery {
  /** YYYY-MM-DD. Default: 30 days before the end. */
  startDate?: string;
  /** YYYY-MM-DD, at most 62 days after the start. Default: today. */
  endDate?: string;
  /** 5 to 100. Default: 5. */
  limit?: string;
  nextPageStartKey?: string;
}

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

/** An end date that is none is passed on alone, for the service to refuse. */
function thirtyDaysBefore(date: string): string | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : isoDate(time - 30 * DAY_MS);
}

function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
