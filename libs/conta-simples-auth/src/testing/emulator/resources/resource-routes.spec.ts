import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EMULATOR_CREDENTIALS } from '../accounts.js';
import { type ContaSimplesEmulator, startContaSimplesEmulator } from '../emulator.js';
import type { CardTransaction } from './card-transaction.js';
import type { CardStatement } from './statements.js';

let emulator: ContaSimplesEmulator;
let authorization: string;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ dataUntil: new Date('2026-03-31T12:00:00Z') });
  const { apiKey, apiSecret } = EMULATOR_CREDENTIALS;
  const response = await fetch(`${emulator.baseUrl}/oauth/v1/access-token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  authorization = `Bearer ${token}`;
});
afterAll(() => emulator.close());

function get(path: string, method = 'GET'): Promise<Response> {
  return fetch(`${emulator.baseUrl}${path}`, { method, headers: { authorization } });
}

function getStatement(query: Record<string, string>): Promise<Response> {
  return get(`/statements/v1/credit-card?${new URLSearchParams(query)}`);
}

async function readWholeStatement(query: Record<string, string>): Promise<CardTransaction[][]> {
  const pages: CardTransaction[][] = [];
  let key: string | undefined;
  do {
    const page = await getStatement({ ...query, ...(key !== undefined && { nextPageStartKey: key }) });
    const statement = (await page.json()) as CardStatement;
    pages.push([...statement.transactions]);
    key = statement.nextPageStartKey;
  } while (key !== undefined);
  return pages;
}

const MARCH = { startDate: '2026-03-01', endDate: '2026-03-31' };

describe('the card statement', () => {
  it('pages through every transaction of the range once, the most recent first', async () => {
    const pages = await readWholeStatement({ ...MARCH, limit: '7' });
    const [whole] = await readWholeStatement({ ...MARCH, limit: '100' });

    expect(pages.length).toBeGreaterThan(3);
    expect(pages.slice(0, -1).every((page) => page.length === 7)).toBe(true);
    expect(pages.flat()).toEqual(whole);
    const dates = pages.flat().map(({ transactionDate }) => transactionDate);
    expect(dates).toEqual([...dates].sort().reverse());
    expect(dates.every((date) => date.startsWith('2026-03-'))).toBe(true);
  });

  it('has no key of a next page where the last page is full', async () => {
    const [all] = await readWholeStatement({ ...MARCH, limit: '100' });
    const days = [...new Set(all?.map(({ transactionDate }) => transactionDate.slice(0, 10)))];
    const day = days.find((date) => all?.filter((one) => one.transactionDate.startsWith(date)).length === 5);
    expect(day).toBeDefined();

    const response = await getStatement({ startDate: `${day}`, endDate: `${day}`, limit: '5' });
    expect(Object.keys((await response.json()) as object)).toEqual(['transactions']);
  });

  it('is empty for a range without transactions', async () => {
    const response = await getStatement({ startDate: '2020-01-01', endDate: '2020-02-01', limit: '5' });

    expect(await response.json()).toEqual({ transactions: [] });
  });

  it.each([
    ['startDate', { startDate: '2026-02-30' }],
    ['startDate', { startDate: '01/03/2026' }],
    ['endDate', { endDate: '' }],
    ['endDate', { endDate: '2026-02-28' }],
    ['endDate', { startDate: '2026-01-01', endDate: '2026-03-05' }],
    ['limit', { limit: '4' }],
    ['limit', { limit: '101' }],
    ['limit', { limit: '10.5' }],
    ['limit', { limit: '' }],
    ['nextPageStartKey', { nextPageStartKey: 'garbage' }],
    ['nextPageStartKey', { nextPageStartKey: '' }],
  ])('answers 400 and names %s for %j', async (field, change) => {
    const response = await getStatement({ ...MARCH, limit: '10', ...change });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 400, details: [{ field }] });
  });

  it('refuses the page key of another range', async () => {
    const { nextPageStartKey = '' } = (await (await getStatement({ ...MARCH, limit: '5' })).json()) as CardStatement;

    const response = await getStatement({
      startDate: '2026-02-28',
      endDate: '2026-03-31',
      limit: '5',
      nextPageStartKey,
    });
    expect(response.status).toBe(400);
  });
});

describe('the balance', () => {
  it('is an amount with cents', async () => {
    const { amount } = (await (await get('/accounts/v1/balance')).json()) as { amount: number };

    expect(amount).toBeGreaterThan(0);
    expect(Math.round(amount * 100) / 100).toBe(amount);
  });
});

describe('an attachment', () => {
  it.each([
    ['image/png', '89504e470d0a1a0a'],
    ['image/jpeg', 'ffd8ff'],
    ['application/pdf', Buffer.from('%PDF-1.4').toString('hex')],
  ])('of type %s has the bytes of that type', async (type, magic) => {
    const transactions = (await readWholeStatement({ ...MARCH, limit: '100' })).flat();
    const attachment = transactions.flatMap(({ attachments }) => attachments).find((one) => one.type === type);

    const response = await get(attachment?._links.content.href ?? '');
    expect(response.headers.get('content-type')).toBe(type);
    expect(
      Buffer.from(await response.arrayBuffer())
        .toString('hex')
        .startsWith(magic),
    ).toBe(true);
  });

  it.each(['att_0000000000000000', '__proto__', '%00', 'a/b'])('%s does not exist', async (id) => {
    expect((await get(`/attachments/v1/content/${id}`)).status).toBe(404);
  });
});

describe('a route', () => {
  it('that is unknown is 404 with or without a token', async () => {
    expect((await get('/statements/v1/nothing')).status).toBe(404);
    expect((await fetch(`${emulator.baseUrl}/`)).status).toBe(404);
  });

  it('asked with another method is 405 and says which one it has', async () => {
    const response = await get('/accounts/v1/balance', 'POST');

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });
});
