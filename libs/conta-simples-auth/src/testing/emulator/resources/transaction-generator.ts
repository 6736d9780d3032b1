import type { CardTransaction, TransactionAttachment, TransactionCard } from './card-transaction.js';
import { SeededRandom } from './seeded-random.js';
import { ATTACHMENT_KINDS, COST_CENTERS, MERCHANTS, type Merchant, PEOPLE } from './transaction-catalog.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const SPAN_DAYS = 180;
const COUNT = 360;
const PENDING_FOR_DAYS = 2;

/** The card transactions of one account over the 180 days before `until` (epoch milliseconds), the most recent first. */
export function generateTransactions(seed: string, until: number): CardTransaction[] {
  const random = new SeededRandom(`${seed}/transactions`);
  const cards = PEOPLE.map((person) => makeCard(person, random)) as [TransactionCard, ...TransactionCard[]];
  const agesMs = Array.from({ length: COUNT }, () => random.integer(0, SPAN_DAYS * DAY_MS)).sort((a, b) => a - b);
  return agesMs.map((ageMs) => makeTransaction(until, ageMs, random.pick(cards), random));
}

function makeCard(responsibleName: string, random: SeededRandom): TransactionCard {
  const mailbox = responsibleName.toLowerCase().replaceAll(' ', '.');
  return {
    id: `card_${random.hex(12)}`,
    maskedNumber: `**** **** **** ${random.integer(1000, 9999)}`,
    responsibleName,
    responsibleEmail: `${mailbox}@example.com`,
    type: random.chance(0.6) ? 'VIRTUAL' : 'PHYSICAL',
  };
}

function makeTransaction(until: number, ageMs: number, card: TransactionCard, random: SeededRandom): CardTransaction {
  const merchant = random.pick(MERCHANTS);
  const isRefund = random.chance(0.04);
  const status = random.chance(0.03) ? 'CANCELED' : ageMs < PENDING_FOR_DAYS * DAY_MS ? 'PENDING' : 'PROCESSED';
  return {
    id: `txn_${random.hex(16)}`,
    operation: isRefund ? 'CASH_IN' : 'CASH_OUT',
    transactionDate: new Date(until - ageMs).toISOString(),
    status,
    isCanceled: status === 'CANCELED',
    type: isRefund ? 'REFUND' : 'PURCHASE',
    merchant: merchant.name,
    amountBrl: random.amount(...merchant.amountBrl),
    exchangeRateUsd: merchant.foreign ? random.integer(510, 595) / 100 : 0,
    card,
    category: reference('cat', merchant.category),
    costCenter: reference('cc', random.pick(COST_CENTERS)),
    isConciled: status === 'PROCESSED' && random.chance(0.7),
    installment: random.chance(0.1) ? random.integer(2, 6) : 1,
    attachments: random.chance(0.35) ? [makeAttachment(merchant, random)] : [],
    notes: random.chance(0.5) ? (merchant.notes ?? '') : '',
  };
}

/** The same name always has the same id, in every account: categories and cost centers compare across pages. */
function reference(prefix: string, name: string): { id: string; name: string } {
  return { id: `${prefix}_${new SeededRandom(`${prefix}/${name}`).hex(8)}`, name };
}

function makeAttachment(merchant: Merchant, random: SeededRandom): TransactionAttachment {
  const { stem, extension, type } = random.pick(ATTACHMENT_KINDS);
  const id = `att_${random.hex(16)}`;
  const shop = merchant.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    id,
    name: `${stem}-${shop}.${extension}`,
    type,
    _links: { content: { href: `/attachments/v1/content/${id}`, rel: 'GET' } },
  };
}
