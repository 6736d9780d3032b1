import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { start } from '@support/child.js';
import { closeServers } from '@support/listen.js';
import { selfSigned } from '@support/self-signed.js';
import { TlsApi } from '@support/tls-api.js';
import { TunnelProxy } from '@support/tunnel-proxy.js';
import { EMULATOR_CREDENTIALS } from 'nestjs-conta-simples-auth/testing';

afterEach(closeServers);

/** Starts the process, has it close once the other end has `seen` its call, and gives what it printed. */
async function closeInFlight(api: TlsApi, environment: Record<string, string>, seen: Promise<unknown>) {
  const { apiKey = '', apiSecret = '' } = EMULATOR_CREDENTIALS;
  const child = start('test/fixtures/close-in-flight.mjs', {
    CONTA_SIMPLES_BASE_URL: api.baseUrl,
    CONTA_SIMPLES_API_KEY: apiKey,
    CONTA_SIMPLES_API_SECRET: apiSecret,
    TEST_CA: selfSigned.cert,
    ...environment,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const ended = once(child, 'close');
  // One that fails at its start prints why, and sends nothing.
  await Promise.race([seen, ended]);
  child.stdin?.write('close\n');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
  return output;
}

function expectSoon(output: string): void {
  expect(output).toMatch(/^shut_down\nexit \d+ ms after close\n$/);
  expect(Number(/exit (\d+)/.exec(output)?.[1])).toBeLessThan(1_000);
}

/** How the process learns of the proxy. */
const WAYS = ['TEST_PROXY', 'HTTPS_PROXY'];

describe('a process with a call in flight ends within a second of close()', () => {
  it('directly', async () => {
    const api = await TlsApi.start(() => {});
    expectSoon(await closeInFlight(api, {}, api.received('GET /x')));
  });

  it.each(WAYS)('through the proxy of %s', async (name) => {
    const [api, proxy] = [await TlsApi.start(() => {}), await TunnelProxy.start()];
    const environment = { [name]: `http://127.0.0.1:${proxy.port}` };
    expectSoon(await closeInFlight(api, environment, api.received('GET /x')));
  });

  it.each(WAYS)('while a token request waits for a tunnel of %s', async (name) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const seen = new Promise<void>((resolve) => {
      proxy.behaviour = () => resolve();
    });
    const environment = { [name]: `http://127.0.0.1:${proxy.port}`, TEST_CALL: 'token' };
    expectSoon(await closeInFlight(api, environment, seen));
  });

  it.each(WAYS)('while the call waits for a tunnel of %s', async (name) => {
    const [api, proxy] = [await TlsApi.start(), await TunnelProxy.start()];
    const seen = new Promise<void>((resolve) => {
      proxy.onTunnel = (count) => {
        // The first is that of the token.
        if (count === 1) proxy.behaviour = () => resolve();
      };
    });
    expectSoon(await closeInFlight(api, { [name]: `http://127.0.0.1:${proxy.port}` }, seen));
  });
});
