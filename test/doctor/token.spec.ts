import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers } from '@support/listen.js';
import { RecordingServer } from '@support/recording-server.js';
import { DOCTOR_PAIR, doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import {
  type ContaSimplesEmulator,
  type ContaSimplesEmulatorOptions,
  type Fault,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';

const emulators: ContaSimplesEmulator[] = [];

afterEach(async () => {
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
  await closeServers();
});

async function start(options: ContaSimplesEmulatorOptions = {}) {
  const emulator = await startContaSimplesEmulator({ accounts: [{ name: 'default', ...DOCTOR_PAIR }], ...options });
  emulators.push(emulator);
  const examine = (...argv: string[]) =>
    runDoctor({ environment: doctorEnvironment(emulator.baseUrl), argv: ['--timeout', '1000', ...argv] });
  const requests = () => ({ token: emulator.counts.token.total, resource: emulator.counts.resource.total });
  return { emulator, examine, requests };
}

const HTML = { contentType: 'text/html', body: '<html><title>Just a moment…</title></html>' };

describe('a set-up without problems', () => {
  it('passes every check with one token request and one call, and shows neither token nor balance', async () => {
    const { examine, requests } = await start();
    const { out, err, exitCode, names, line } = await examine();
    expect({ err, exitCode, requests: requests() }).toEqual({
      err: '',
      exitCode: 0,
      requests: { token: 1, resource: 1 },
    });
    expect(names('ok')).toEqual(['settings', 'name', 'token', 'lifetime', 'balance', 'clock']);
    expect(names('skip')).toEqual(['tls']);
    expect(line('tls')).toMatch(/plain http to this machine/);
    expect(line('lifetime')).toMatch(/valid for 30 min; the library would refresh it after 25 min 30 s to 27 min/);
    expect(out).toMatch(/\nAll checks passed\.\n$/);
    expect(out).not.toMatch(/amount|\d{3,}\.\d\d\b/);
  });

  it('is reported as JSON with --json', async () => {
    const { examine } = await start();
    const { out, exitCode } = await examine('--json');
    const { ok, checks } = JSON.parse(out);
    expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
    expect(checks).toContainEqual({ name: 'balance', status: 'ok', message: 'GET /accounts/v1/balance answered 200' });
    expect(out.split('\n')).toHaveLength(2);
  });
});

describe('a token endpoint that gives no token', () => {
  it.each<[string, Fault, RegExp]>([
    ['401', { status: 401 }, /answered 401 \(credentials_rejected.*\n.*> Check that key and secret are complete/],
    ['400', { status: 400, body: { error: 'invalid_client' } }, /answered 400 \(credentials_rejected/],
    ['403', { status: 403 }, /answered 403 \(forbidden.*\n.*> Check in Internet Banking that the key is enabled/],
    ['403 in HTML', { status: 403, ...HTML }, /HTML page \(edge_blocked.*\n.*> A CDN.*CONTA_SIMPLES_USER_AGENT/],
    [
      '404',
      { status: 404 },
      / http:\/\/127\.0\.0\.1:\d+\/oauth\/v1\/access-token answered 404 \(request_rejected.*\n.*> .*check that this is the API's address/,
    ],
    ['a page with 200', { status: 200, ...HTML }, /\(invalid_response.*\n.*> .*is the API's address/],
    ['a redirect', { status: 302, headers: { location: 'https://x.invalid/' } }, /answered 302 \(unexpected_redirect/],
    [
      '429',
      { status: 429, headers: { 'retry-after': 90 } },
      /answered 429 \(rate_limited.*; the server asks to wait 1 min 30 s\n.*> The limit is 100 calls a minute/,
    ],
    ['503', { status: 503 }, /answered 503 \(server_error.*\n.*> The service is failing/],
    ['no answer', { hang: true }, /did not answer in time \(timeout\)/],
    ['a reset', { reset: 'before-headers' }, /was not reached \(ECONNRESET\) \(network_error\)/],
  ])('fails with what to do: %s', async (_name, fault, words) => {
    const { emulator, examine, requests } = await start();
    emulator.fail('token', fault);
    const { exitCode, line, names, out } = await examine();
    expect(line('token')).toMatch(words);
    expect(names('fail')).toEqual(['token']);
    expect(names('skip')).toEqual(expect.arrayContaining(['lifetime', 'balance']));
    expect(line('balance')).toMatch(/there is no token/);
    expect(out).toMatch(/\n1 failed\. /);
    expect({ exitCode, requests: requests() }).toEqual({ exitCode: 1, requests: { token: 1, resource: 0 } });
  });

  it.each([
    ['sandbox', 'production'],
    ['production', 'sandbox'],
  ])('says of credentials that %s rejects that they may belong to %s', async (environment, other) => {
    const { emulator } = await start({ accounts: [] });
    const { line } = await runDoctor({
      environment: { ...doctorEnvironment(emulator.baseUrl), CONTA_SIMPLES_ENVIRONMENT: environment },
    });
    expect(line('token')).toContain(
      `these were tried on ${environment}; if they were made for ${other}, set CONTA_SIMPLES_ENVIRONMENT=${other}.`,
    );
  });

  it('names the request for the support of Conta Simples', async () => {
    const { emulator, examine } = await start();
    emulator.fail('token', { status: 500, headers: { 'x-request-id': 'req-42' } });
    expect((await examine()).line('token')).toContain('(server_error, request req-42)');
  });

  it('is reported as JSON, with exit code 1', async () => {
    const { emulator, examine } = await start();
    emulator.fail('token', { status: 401 });
    const { out, exitCode } = await examine('--json');
    const { ok, checks } = JSON.parse(out);
    expect({ ok, exitCode }).toEqual({ ok: false, exitCode: 1 });
    expect(checks).toContainEqual({
      name: 'token',
      status: 'fail',
      message: expect.stringContaining('credentials_rejected'),
      remedy: expect.stringContaining('key and secret'),
    });
    expect(checks).toContainEqual({ name: 'balance', status: 'skip', message: 'there is no token' });
  });
});

describe('a token that came', () => {
  it.each([
    ['behind', 3_600_000, /is (1 h|59 min \d+ s|1 h \d s) behind the server's\n.*> Set it by NTP/],
    ['ahead', -120_000, /is (2 min|1 min 59 s|2 min \d s) ahead of the server's\n.*> Set it by NTP/],
  ])('with a Date that shows this clock to be %s is a warning', async (_how, clockOffsetMs, words) => {
    const { examine } = await start({ clockOffsetMs });
    const { line, names, exitCode, out } = await examine();
    expect(names('warn')).toEqual(['clock']);
    expect(line('clock')).toMatch(words);
    expect(out).toMatch(/\nAll checks passed, 1 warning\.\n$/);
    expect(exitCode).toBe(0);
  });

  it('with a rejection also reports the clock', async () => {
    const { emulator, examine } = await start({ clockOffsetMs: 3_600_000 });
    emulator.fail('token', { status: 401 });
    expect((await examine()).names('warn')).toEqual(['clock']);
  });

  it('without a Date is not compared', async () => {
    const { emulator, examine } = await start();
    emulator.fail('token', { patch: {}, headers: { date: null } });
    expect((await examine()).line('clock')).toMatch(/^skip {2}clock +no answer had a Date/);
  });

  it('for a few seconds is a warning', async () => {
    const { examine } = await start({ tokenTtlSeconds: 30 });
    expect((await examine()).line('lifetime')).toMatch(
      /^warn {2}lifetime +valid for 30 s; the library would refresh it after 26 s/,
    );
  });

  it('in an odd answer is a warning, as the library would give it', async () => {
    const { emulator, examine } = await start();
    emulator.fail('token', { patch: { expires_in: undefined } });
    const { out, exitCode } = await examine();
    expect(out).toMatch(/^warn {2}token +expires_in is missing/m);
    expect(exitCode).toBe(0);
  });
});

describe('a call that does not work, though the token came', () => {
  it.each<[string, Fault, RegExp]>([
    ['401', { status: 401 }, /answered 401.*\n.*> The API rejected the token that was just issued/],
    ['403', { status: 403 }, /answered 403.*\n.*> Check in Internet Banking that the key may read the account/],
    ['403 in HTML', { status: 403, ...HTML }, /answered 403 with an HTML page.*\n.*> A CDN/],
    ['404', { status: 404 }, /answered 404.*\n.*> The API does not answer like this/],
    ['429', { status: 429 }, /answered 429.*\n.*> The limit is 100/],
    ['500', { status: 500 }, /answered 500.*\n.*> The service is failing/],
    [
      'a page with 200',
      { status: 200, ...HTML },
      /answered 200 with an HTML page, but no balance.*\n.*is the API's address/,
    ],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, /answered 302/],
    ['no answer', { hang: true }, /got no answer from 127\.0\.0\.1:\d+ \(ETIMEDOUT\)/],
    ['a reset', { reset: 'mid-body' }, /got no answer from 127\.0\.0\.1:\d+ \(ECONNRESET\)/],
  ])('fails with what to do, and is not tried again: %s', async (_name, fault, words) => {
    const { emulator, examine, requests } = await start();
    emulator.fail('resource', fault);
    const { exitCode, line, names } = await examine();
    expect(line('balance')).toMatch(words);
    expect(names('fail')).toEqual(['balance']);
    expect({ exitCode, requests: requests() }).toEqual({ exitCode: 1, requests: { token: 1, resource: 1 } });
  });
});

describe('what is sent', () => {
  it('is what the library sends: the pair to the token endpoint alone, the token to the call, the User-Agent to both', async () => {
    const token = 'a-token-that-must-not-be-shown';
    const server = await RecordingServer.start((response, { method }) => {
      const body = method === 'POST' ? { access_token: token, token_type: 'Bearer', expires_in: 1800 } : { amount: 1 };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    const environment = { ...doctorEnvironment(server.origin), CONTA_SIMPLES_USER_AGENT: 'my-app/1.2.3' };
    const { out, exitCode } = await runDoctor({ environment });
    const { apiKey, apiSecret } = DOCTOR_PAIR;
    const basic = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /oauth/v1/access-token',
      'GET /accounts/v1/balance',
    ]);
    expect(server.authorizations).toEqual([basic, `Bearer ${token}`]);
    expect(server.requests.map(({ headers }) => headers['user-agent'])).toEqual(['my-app/1.2.3', 'my-app/1.2.3']);
    expect(out).not.toContain(token);
    expect(exitCode).toBe(0);
  });
});
