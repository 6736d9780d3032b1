import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';

afterEach(closeAll);

const ACCOUNTS = 1_000;

/** Every tenth company has handed in a wrong secret. */
const companies = Array.from({ length: ACCOUNTS }, (_, index) => ({
  name: `company-${index}`,
  apiKey: `key-of-company-${index}`,
  apiSecret: `secret-of-company-${index}`,
  isWrong: index % 10 === 0,
}));

describe('a thousand companies at once, a tenth with a rejected pair', () => {
  it("gives every good one its own token, never another's, and tries each bad pair once", async () => {
    const accounts = Object.fromEntries(
      companies.map(({ name, apiKey, apiSecret, isWrong }) => [
        name,
        { apiKey, apiSecret: isWrong ? 'not-the-secret' : apiSecret },
      ]),
    );
    const { tokens, emulator } = await boot({
      emulator: { accounts: companies.map(({ name, apiKey, apiSecret }) => ({ name, apiKey, apiSecret })) },
      options: { apiKey: undefined, apiSecret: undefined, accounts, bootstrap: 'lazy', waitTimeoutMs: 60_000 },
    });
    const ask = () => Promise.allSettled(companies.map(({ name }) => tokens.getToken(name)));
    const first = await ask();
    const second = await ask();
    for (const results of [first, second]) {
      for (const [index, { name, isWrong }] of companies.entries()) {
        const result = results[index];
        if (isWrong) {
          expect(result).toMatchObject({ reason: { kind: 'credentials_rejected', account: name, attempts: 1 } });
        } else if (result?.status === 'fulfilled') {
          const claims = JSON.parse(Buffer.from(result.value.value.split('.')[1] ?? '', 'base64url').toString());
          expect(claims.sub).toBe(name);
        } else {
          throw new Error(`${name} has no token`);
        }
      }
    }
    expect(emulator.counts.token.byStatus).toEqual({ 200: 900, 401: 100 });
    expect(emulator.counts.token.peakConcurrency).toBeLessThanOrEqual(16);
  });
});
