/** @see https://developers.contasimples.com/en/referencia/dicionario-dados */
export interface CardTransaction {
  readonly id: string;
  readonly operation: 'CASH_IN' | 'CASH_OUT';
  /** ISO 8601, UTC. */
  readonly transactionDate: string;
  readonly status: 'PENDING' | 'PROCESSED' | 'CANCELED';
  readonly isCanceled: boolean;
  readonly type: 'PURCHASE' | 'REFUND';
  readonly merchant: string;
  readonly amountBrl: number;
  /** BRL for one USD; 0 for a domestic purchase. */
  readonly exchangeRateUsd: number;
  readonly card: TransactionCard;
  readonly category: NamedReference;
  readonly costCenter: NamedReference;
  readonly isConciled: boolean;
  /** The number of the instalment; 1 is paid in full. */
  readonly installment: number;
  readonly attachments: readonly TransactionAttachment[];
  readonly notes: string;
}

export interface TransactionCard {
  readonly id: string;
  readonly maskedNumber: string;
  readonly responsibleName: string;
  readonly responsibleEmail: string;
  readonly type: 'PHYSICAL' | 'VIRTUAL';
}

export interface NamedReference {
  readonly id: string;
  readonly name: string;
}

export interface TransactionAttachment {
  readonly id: string;
  readonly name: string;
  readonly type: AttachmentType;
  readonly _links: { readonly content: { readonly href: string; readonly rel: 'GET' } };
}

export type AttachmentType = 'image/png' | 'image/jpeg' | 'application/pdf';
