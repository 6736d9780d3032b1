import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { firstValueFrom } from 'rxjs';

afterEach(closeAll);

describe('the main job', () => {
  it('calls the API without the application ever seeing a token', async () => {
    const { http, emulator } = await boot();
    const { data } = await firstValueFrom(http.get<{ amount: number }>('/accounts/v1/balance'));
    expect(data.amount).toEqual(expect.any(Number));
    expect(emulator.counts.token.total).toBe(1);
    expect(emulator.counts.resource.byStatus).toEqual({ 200: 1 });
  });

  it('makes one token request for 10,000 callers at once', async () => {
    const { tokens, emulator } = await boot({ options: { bootstrap: 'lazy' }, emulator: { latencyMs: 100 } });
    const values = await Promise.all(Array.from({ length: 10_000 }, () => tokens.getAccessToken()));
    expect(new Set(values).size).toBe(1);
    expect(emulator.counts.token.total).toBe(1);
  });
});
