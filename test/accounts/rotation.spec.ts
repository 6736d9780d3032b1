import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';

const { apiKey } = EMULATOR_CREDENTIALS;
const folders: string[] = [];

afterEach(async () => {
  await closeAll();
  delete process.env.CONTA_SIMPLES_API_KEY;
  delete process.env.CONTA_SIMPLES_API_SECRET_FILE;
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('a rotated pair', () => {
  it('in a mounted file is taken without a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secret-'));
    folders.push(folder);
    const file = join(folder, 'api-secret');
    await writeFile(file, `${EMULATOR_CREDENTIALS.apiSecret}\n`);
    process.env.CONTA_SIMPLES_API_KEY = apiKey;
    process.env.CONTA_SIMPLES_API_SECRET_FILE = file;
    const { emulator, tokens } = await boot({
      options: { apiKey: undefined, apiSecret: undefined },
      emulator: { tokenTtlSeconds: 1 },
    });
    await tokens.getToken();
    const { apiSecret } = emulator.rotate(apiKey, { apiKey });
    await writeFile(file, apiSecret);
    emulator.resetCounts();
    await emulator.waitForRequest('token', 1, { answered: true });
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1 });
  });

  it('that the provider gives only after the old one was refused is tried at once, without a cool-down', async () => {
    let apiSecret: string = EMULATOR_CREDENTIALS.apiSecret;
    let asked = 0;
    const { emulator, tokens } = await boot({
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: () => {
          // The vault learns of the new pair between the two questions.
          const pair = { apiKey, apiSecret };
          if (++asked === 1) apiSecret = 'rotated-secret';
          return pair;
        },
      },
    });
    emulator.rotate(apiKey, { apiKey, apiSecret: 'rotated-secret' });
    await tokens.getToken('default');
    expect(emulator.counts.token.byStatus).toEqual({ 200: 1, 401: 1 });
    expect(asked).toBe(2);
  });

  it('that stays the same after a refusal is asked for once more and then left alone', async () => {
    let asked = 0;
    const { emulator, tokens } = await boot({
      options: {
        apiKey: undefined,
        apiSecret: undefined,
        accounts: () => {
          asked++;
          return { apiKey, apiSecret: 'not-the-secret' };
        },
      },
    });
    for (let call = 0; call < 10; call++) {
      await expect(tokens.getToken('default')).rejects.toMatchObject({ kind: 'credentials_rejected', attempts: 1 });
    }
    expect(asked).toBe(2);
    expect(emulator.counts.token.byStatus).toEqual({ 401: 1 });
  });
});
