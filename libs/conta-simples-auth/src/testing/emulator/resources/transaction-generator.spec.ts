import { describe, expect, it } from '@jest/globals';
import { generateTransactions } from './transaction-generator.js';

const UNTIL = Date.parse('2026-03-31T12:00:00Z');
const transactions = generateTransactions('1/matriz', UNTIL);

describe('generated transactions', () => {
  it('are the same for the same seed and others for another', () => {
    expect(generateTransactions('1/matriz', UNTIL)).toEqual(transactions);
    expect(generateTransactions('1/filial', UNTIL)).not.toEqual(transactions);
  });

  it('move with the date and nothing else', () => {
    const later = generateTransactions('1/matriz', UNTIL + 86_400_000);

    expect(later.map(({ id }) => id)).toEqual(transactions.map(({ id }) => id));
    expect(Date.parse(later[0]?.transactionDate ?? '') - Date.parse(transactions[0]?.transactionDate ?? '')).toBe(
      86_400_000,
    );
  });

  it('are 360 over the last 180 days, each with a unique id', () => {
    const times = transactions.map(({ transactionDate }) => Date.parse(transactionDate));

    expect(new Set(transactions.map(({ id }) => id)).size).toBe(360);
    expect(Math.max(...times)).toBeLessThanOrEqual(UNTIL);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(UNTIL - 180 * 86_400_000);
  });

  it('show every status, operation and kind of attachment', () => {
    const distinct = (values: string[]) => [...new Set(values)].sort();

    expect(distinct(transactions.map(({ status }) => status))).toEqual(['CANCELED', 'PENDING', 'PROCESSED']);
    expect(distinct(transactions.map(({ operation }) => operation))).toEqual(['CASH_IN', 'CASH_OUT']);
    expect(distinct(transactions.flatMap((one) => one.attachments.map(({ type }) => type)))).toEqual([
      'application/pdf',
      'image/jpeg',
      'image/png',
    ]);
  });

  it('have whole cents and masked card numbers', () => {
    expect(transactions.every(({ amountBrl }) => Number(amountBrl.toFixed(2)) === amountBrl && amountBrl > 0)).toBe(
      true,
    );
    expect(transactions.every(({ card }) => /^\*{4} \*{4} \*{4} \d{4}$/.test(card.maskedNumber))).toBe(true);
  });
});
