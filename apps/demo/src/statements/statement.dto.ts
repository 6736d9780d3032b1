import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The query of `GET /statements/v1/credit-card`; the service validates it. */
export class StatementQuery {
  @ApiPropertyOptional({ description: 'YYYY-MM-DD. Default: 30 days before the end.', example: '2026-10-24' })
  startDate?: string;

  @ApiPropertyOptional({ description: 'YYYY-MM-DD, at most 62 days after the start. Default: today.' })
  endDate?: string;

  @ApiPropertyOptional({ description: 'Transactions per page, 5 to 100. Default: 5.', example: '5' })
  limit?: string;

  @ApiPropertyOptional({ description: 'From the previous page, to get the next one.' })
  nextPageStartKey?: string;
}

export class Statement {
  @ApiProperty({
    description: 'As returned by the service.',
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [
      {
        id: 'txn_c239fba4aea157de',
        operation: 'CASH_OUT',
        transactionDate: '2026-11-23T00:32:31.984Z',
        status: 'PENDING',
        isCanceled: false,
        type: 'PURCHASE',
        merchant: 'POSTO IPIRANGA BR 116',
        amountBrl: 416.05,
      },
    ],
  })
  transactions!: unknown[];

  @ApiPropertyOptional({ description: 'Absent on the last page.', type: String, nullable: true })
  nextPageStartKey?: string | null;
}
