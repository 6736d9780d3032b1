import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CanaryScanner } from '@support/canaries.js';
import { DOCTOR_PAIR, type DoctorRun, doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { type ContaSimplesEmulator, type Fault, startContaSimplesEmulator } from 'nestjs-conta-simples-auth/testing';
import { echoOf, rawAnswer } from './echo.js';
import { TOKEN_ENDPOINT_FAULTS } from './token-endpoint-faults.js';

const { apiKey, apiSecret } = DOCTOR_PAIR;
const BASIC = Buffer.from(`${apiKey}:${apiSecret}`).toString('base64');
const TOKEN = 'canary-token.of-the-doctor.0123456789';
const scanner = new CanaryScanner({ key: apiKey, secret: apiSecret, Basic: BASIC, token: TOKEN });
const ECHO = echoOf([apiKey, apiSecret, `Basic ${BASIC}`, `Bearer ${TOKEN}`, TOKEN]);
const HURRY = ['--timeout', '150'];
const ALWAYS = { times: Number.POSITIVE_INFINITY };
/** Faults that a token survives. */
const HARMLESS = /^(F12|F20)/;

let emulator: ContaSimplesEmulator;

beforeAll(async () => {
  emulator = await startContaSimplesEmulator({ accounts: [{ name: 'default', ...DOCTOR_PAIR }] });
});
afterAll(() => emulator.close());

async function runs(target: 'token' | 'resource', fault: Fault): Promise<DoctorRun[]> {
  const environment = doctorEnvironment(emulator.baseUrl);
  const outputs: DoctorRun[] = [];
  for (const argv of [HURRY, [...HURRY, '--json']]) {
    // Not once: a request that the doctor of the last case gave up may arrive only now.
    if (target === 'resource') emulator.fail('token', { patch: { access_token: TOKEN } }, ALWAYS);
    emulator.fail(target, fault, ALWAYS);
    outputs.push(await runDoctor({ environment, argv }));
    emulator.clearFaults();
  }
  return outputs;
}

describe('the doctor, of a service that says all that it was told', () => {
  it.each(TOKEN_ENDPOINT_FAULTS)('shows nothing secret: %s', async (name, fault) => {
    for (const { out, err, exitCode } of await runs('token', fault(ECHO))) {
      scanner.expectNone([{ channel: 'the command', text: out + err }]);
      if (!HARMLESS.test(name)) expect(exitCode).toBe(1);
      expect(out.length).toBeGreaterThan(100);
    }
  });

  it.each([200, 302, 400, 401, 403, 404, 429, 500, 503])('shows nothing secret: a call answered %i', async (status) => {
    for (const { out, err, exitCode } of await runs('resource', { raw: rawAnswer(status, ECHO) })) {
      scanner.expectNone([{ channel: 'the command', text: out + err }]);
      expect(exitCode).toBe(1);
    }
  });
});
