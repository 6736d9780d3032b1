/**
 * A card transaction, as in the vendor's data dictionary.
 *
 * @see https://developers.contasimples.com/en/referencia/dicionario-dados
 * @publicApi
 */
export interface CardTransaction {
  /** Unique within the account. */
  readonly id: string;
  /** `CASH_OUT` for a purchase, `CASH_IN` for a refund. */
  readonly operation: 'CASH_IN' | 'CASH_OUT';
  /** ISO 8601, UTC. */
  readonly transactionDate: string;
  /** `PENDING` until it is settled; in the emulator for two days. */
  readonly status: 'PENDING' | 'PROCESSED' | 'CANCELED';
  /** Whether `status` is `CANCELED`. */
  readonly isCanceled: boolean;
  /** `REFUND` goes with `CASH_IN`. */
  readonly type: 'PURCHASE' | 'REFUND';
  /** The name on the statement. */
  readonly merchant: string;
  /** BRL, above 0 in both directions. */
  readonly amountBrl: number;
  /** BRL for one USD; 0 for a domestic purchase. */
  readonly exchangeRateUsd: number;
  /** The card that paid. */
  readonly card: TransactionCard;
  /** The kind of expense. */
  readonly category: NamedReference;
  /** The part of the company that is charged. */
  readonly costCenter: NamedReference;
  /** Whether it has been reconciled. */
  readonly isConciled: boolean;
  /** The number of instalments; 1 is paid in full. */
  readonly installment: number;
  /** Receipts and invoices. */
  readonly attachments: readonly TransactionAttachment[];
  /** Free text; empty where there is none. */
  readonly notes: string;
}

/**
 * The card of a transaction, and who is responsible for it.
 *
 * @publicApi
 */
export interface TransactionCard {
  /** The same on every transaction of the card. */
  readonly id: string;
  /** Its last four digits, `**** **** **** 1234`. */
  readonly maskedNumber: string;
  /** A person's name; made up. */
  readonly responsibleName: string;
  /** That person's address, at `example.com`. */
  readonly responsibleEmail: string;
  /** Whether it is a plastic card. */
  readonly type: 'PHYSICAL' | 'VIRTUAL';
}

/**
 * A category or a cost center.
 *
 * @publicApi
 */
export interface NamedReference {
  /** The same for the same name, in every account. */
  readonly id: string;
  /** Its display name. */
  readonly name: string;
}

/**
 * A file that belongs to a transaction.
 *
 * @publicApi
 */
export interface TransactionAttachment {
  /** The last segment of its path. */
  readonly id: string;
  /** A file's name. */
  readonly name: string;
  /** Its `Content-Type`. */
  readonly type: AttachmentType;
  /** Where to read it. */
  readonly _links: {
    /** The file itself. */
    readonly content: {
      /** A path below the base URL: `/attachments/v1/content/{attachmentId}`. */
      readonly href: string;
      /** The method to use. */
      readonly rel: 'GET';
    };
  };
}

/**
 * The types of files that the service holds.
 *
 * @publicApi
 */
export type AttachmentType = 'image/png' | 'image/jpeg' | 'application/pdf';
