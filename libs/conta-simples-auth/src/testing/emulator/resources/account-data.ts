import type { CardTransaction, TransactionAttachment } from './card-transaction.js';
import { SeededRandom } from './seeded-random.js';
import { generateTransactions } from './transaction-generator.js';

/** The data of one account. The transactions are generated when they are first read: most calls ask for the balance. */
export class AccountData {
  readonly balanceBrl: number;
  readonly #seed: string;
  readonly #until: number;
  #transactions: readonly CardTransaction[] | undefined;
  #attachments: ReadonlyMap<string, TransactionAttachment> | undefined;

  constructor(seed: string, until: number) {
    this.#seed = seed;
    this.#until = until;
    this.balanceBrl = new SeededRandom(`${seed}/balance`).amount(5_000, 250_000);
  }

  /** The most recent first. */
  get transactions(): readonly CardTransaction[] {
    this.#transactions ??= generateTransactions(this.#seed, this.#until);
    return this.#transactions;
  }

  get attachments(): ReadonlyMap<string, TransactionAttachment> {
    this.#attachments ??= new Map(
      this.transactions.flatMap(({ attachments }) => attachments).map((attachment) => [attachment.id, attachment]),
    );
    return this.#attachments;
  }
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
    const data = new AccountData(`${this.#seed}/${account}`, this.#until);
    this.#byAccount.set(account, data);
    return data;
  }
}
