import { deepStrictEqual } from 'node:assert';
import { PACKAGE } from '../paths.mjs';
import { ServiceProcess } from './service-process.mjs';

const MOST_CLOSING_MS = 1_000;
const COMMAND = `node_modules/.bin/${PACKAGE}`;
const PATHS = { token: '/oauth/v1/access-token', balance: '/accounts/v1/balance' };

/** Runs the compiled application against the emulator of the package, both on the given Node. */
export async function runApplication(node, folder) {
  const emulator = new ServiceProcess(node, [COMMAND, 'emulator', '--port', '0'], { cwd: folder });
  try {
    await emulator.announced(/CONTA_SIMPLES_API_SECRET=(\S+)\n/);
    const settings = await settingsOf(emulator);
    const expected = await balanceOf(settings);
    await countsOf(settings, 'DELETE');
    const closedInMs = await useApplication(node, folder, settings, expected);
    await emulator.terminate();
    return { closedInMs };
  } finally {
    emulator.dispose();
  }
}

async function settingsOf(emulator) {
  const names = ['CONTA_SIMPLES_BASE_URL', 'CONTA_SIMPLES_API_KEY', 'CONTA_SIMPLES_API_SECRET'];
  const values = await Promise.all(names.map((name) => emulator.announced(new RegExp(`${name}=(\\S+)\\n`))));
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

async function useApplication(node, folder, settings, expected) {
  const application = new ServiceProcess(node, ['dist/main.js'], {
    cwd: folder,
    variables: { ...settings, PORT: '0' },
  });
  try {
    const url = await application.announced(/Listening on (\S+)\n/);
    for (const route of ['/balance', '/balance/fetch']) {
      deepStrictEqual(await getJson(`${url}${route}`), expected, `${route} is not the emulator's balance`);
    }
    deepStrictEqual(await caught(`${url}/balance/unauthorized`), { status: 502, body: { answered: 401 } });
    const { token, resource } = await countsOf(settings, 'GET');
    deepStrictEqual(token.total, 1, `${token.total} token requests at the emulator, not 1`);
    deepStrictEqual(resource.total, 3, `${resource.total} calls at the emulator, not 3`);
    const closedInMs = await application.terminate();
    if (closedInMs > MOST_CLOSING_MS) throw new Error(`closed in ${closedInMs} ms, more than ${MOST_CLOSING_MS}`);
    return closedInMs;
  } finally {
    application.dispose();
  }
}

/** The balance, requested with plain HTTP. */
async function balanceOf(settings) {
  const { CONTA_SIMPLES_BASE_URL: base, CONTA_SIMPLES_API_KEY: key, CONTA_SIMPLES_API_SECRET: secret } = settings;
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const { access_token: token } = await getJson(`${base}${PATHS.token}`, {
    method: 'POST',
    headers: { authorization },
    body,
  });
  return getJson(`${base}${PATHS.balance}`, { headers: { authorization: `Bearer ${token}` } });
}

async function countsOf({ CONTA_SIMPLES_BASE_URL: base }, method) {
  const response = await fetch(`${base}/__emulator/counts`, { method, headers: { connection: 'close' } });
  return method === 'GET' ? response.json() : undefined;
}

/** The answer of the application's `@Catch(AxiosError)` to a 401 of the API. */
async function caught(url) {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.json() };
}

/** Without keep-alive, so that an idle connection does not delay the server's shutdown. */
async function getJson(url, init = {}) {
  const response = await fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
