import { describe, expect, it } from '@jest/globals';
import { CanaryScanner } from '@support/canaries.js';
import { Terminal } from '@support/terminal.js';
import { startContaSimplesEmulator } from '../testing/index.js';
import { main } from './main.js';

const SECRET = 'canary-secret-of-the-command';

async function run(...argv: string[]): Promise<Terminal> {
  const terminal = new Terminal();
  await main(argv, terminal);
  return terminal;
}

describe('the command', () => {
  it('shows what it can do', async () => {
    const { out, err, exitCode } = await run('--help');

    expect(out).toMatch(/Usage: nestjs-conta-simples-auth <command>[\s\S]*emulator/);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  });

  it('shows what the emulator can do', async () => {
    expect((await run('emulator', '--help')).out).toMatch(/--token-ttl <seconds>/);
  });

  it.each([
    [[], /no command was given[\s\S]*Usage:/],
    [['nothing'], /unknown command\n\nUsage:/],
    [['constructor'], /unknown command/],
    [['emulator', '--colour'], /Unknown option '--colour'/],
    [['emulator', 'now'], /emulator takes only options/],
    [['emulator', '--port', '70000'], /--port must be a whole number from 0 to 65535$/m],
    [['emulator', '--token-ttl', '0'], /--token-ttl must be a whole number from 1/],
    [['emulator', '--latency', '1e3'], /--latency must be a whole number/],
    [['emulator', '--rate-limit', 'many'], /--rate-limit must be a whole number/],
  ])('called as %j exits with 2 and says why', async (argv, message) => {
    const { err, out, exitCode } = await run(...argv);

    expect(err).toMatch(message);
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
  });

  it.each([
    [[SECRET]],
    [['doctor', SECRET]],
    [['doctor', '--account', SECRET]],
    [['doctor', '--env-file', SECRET]],
    [['doctor', '--timeout', SECRET]],
    [['doctor', `--json=${SECRET}`]],
    [['doctor', `--api-secret=${SECRET}`]],
    [['emulator', SECRET]],
    [['emulator', '--port', SECRET]],
    [['emulator', '--rate-limit', SECRET]],
    [['emulator', '--single-token', SECRET]],
    [['emulator', `--api-secret=${SECRET}`]],
    [['emulator', '--port', '0', '--host', SECRET]],
  ])('does not repeat a secret that was pasted into the wrong place: %j', async (argv) => {
    const { out, err, exitCode } = await run(...argv);

    new CanaryScanner({ secret: SECRET }).expectNone([{ channel: 'the command', text: out + err }]);
    expect(exitCode).not.toBe(0);
  });
});

describe('the emulator command', () => {
  it('exits with 1 where the port is in use', async () => {
    const other = await startContaSimplesEmulator();
    const { err, exitCode } = await run('emulator', '--port', `${other.port}`);
    await other.close();

    expect(err).toMatch(new RegExp(`port ${other.port} of 127.0.0.1 is in use.*--port`));
    expect(exitCode).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM'])('runs until %s', async (signal) => {
    const terminal = new Terminal();
    const running = main(['emulator', '--port', '0', '--token-ttl', '30'], terminal);
    const [, baseUrl] = await terminal.sees(/CONTA_SIMPLES_BASE_URL=(\S+)/);

    expect((await fetch(`${baseUrl}/accounts/v1/balance`)).status).toBe(401);
    terminal.signals.emit(signal);
    await running;
    expect(terminal.exitCode).toBe(0);
    expect(terminal.signals.eventNames()).toEqual([]);
    await expect(fetch(`${baseUrl}/accounts/v1/balance`)).rejects.toThrow();
  });

  it('prints a pair that works and then a line for each request, without the token', async () => {
    const terminal = new Terminal();
    const running = main(['emulator', '--port', '0', '--token-ttl', '30'], terminal);
    const [, baseUrl] = await terminal.sees(/CONTA_SIMPLES_BASE_URL=(\S+)/);
    const [, key, secret] = await terminal.sees(/_API_KEY=(\S+)\nCONTA_SIMPLES_API_SECRET=(\S+)/);

    const response = await fetch(`${baseUrl}/oauth/v1/access-token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token, expires_in: life } = (await response.json()) as Record<string, unknown>;
    await fetch(`${baseUrl}/by-mistake/${token}`);
    terminal.signals.emit('SIGINT');
    await running;

    expect(life).toBe(30);
    expect(terminal.out).toMatch(/^POST \/oauth\/v1\/access-token 200 \d+ ms$/m);
    expect(terminal.out).toMatch(/^GET \/by-mistake\/\[token\] 404 \d+ ms$/m);
    expect(terminal.out).not.toContain(token);
  });
});
