import type { CardTransaction, TransactionAttachment } from './card-transaction.js';
import { SeededRandom } from './seeded-random.js';
import { generateTransactions } from './transaction-generator.js';

/** The data of one account. */
export interface AccountData {
  /** The most recent first. */
  readonly transactions: readonly CardTransaction[];
  readonly attachments: ReadonlyMap<string, TransactionAttachment>;
  readonly balanceBrl: number;
}

/** Generates an account's data on first use: of ten thousand accounts most are never used. */
export class EmulatedData {
  readonly #byAccount = new Map<string, AccountData>();
  readonly #seed: string;
  readonly #until: number;

  /** @param until All transactions are before this time, in epoch milliseconds. */
  constructor(seed: string, until: number) {
    this.#seed = seed;
    this.#until = until;
  }

  of(account: string): AccountData {
    const known = this.#byAccount.get(account);
    if (known !== undefined) {
      return known;
    }
    const data = makeAccountData(`${this.#seed}/${account}`, this.#until);
    this.#byAccount.set(account, data);
    return data;
  }
}

function makeAccountData(seed: string, until: number): AccountData {
  const transactions = generateTransactions(seed, until);
  const attachments = transactions.flatMap((transaction) => transaction.attachments);
  return {
    transactions,
    attachments: new Map(attachments.map((attachment) => [attachment.id, attachment])),
    balanceBrl: new SeededRandom(`${seed}/balance`).amount(5_000, 250_000),
  };
}
