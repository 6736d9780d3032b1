import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@support/free-port.js';
import { closeServers, listen } from '@support/listen.js';
import { DOCTOR_PAIR, doctorEnvironment, runDoctor } from '@support/run-doctor.js';
import { selfSigned } from '@support/self-signed.js';
import { CERTIFICATES } from '../faults/certificates.js';

const PROXY_PASSWORD = 'canary-password-of-the-proxy';

afterEach(closeServers);

interface Front {
  readonly port: number;
  /** What came over TLS, and without it. */
  readonly received: Buffer[];
  readonly accepted: number;
}

/** A server that records all bytes that it receives. */
async function tlsFront(certificate: { readonly cert: string; readonly key: string }): Promise<Front> {
  const received: Buffer[] = [];
  const server = createTlsServer(certificate, (socket) => socket.on('data', (chunk: Buffer) => received.push(chunk)));
  server.on('tlsClientError', () => {});
  return Object.assign(await listen(server), { received });
}

async function plainFront(behave: (socket: Socket) => void): Promise<Front> {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    behave(socket);
  });
  return Object.assign(await listen(server), { received });
}

function examine(baseUrl: string, more: Record<string, string> = {}) {
  return runDoctor({ environment: { ...doctorEnvironment(baseUrl), ...more }, argv: ['--timeout', '1000'] });
}

const AFTER_TLS = ['token', 'lifetime', 'balance', 'clock'];

describe('a name', () => {
  it('that has no address fails, and nothing after it is tried', async () => {
    const { line, names, exitCode } = await examine('https://conta-simples.invalid');
    expect(line('name')).toMatch(
      /^fail +name +conta-simples\.invalid (does not resolve \(ENOTFOUND\)\n.*CONTA_SIMPLES_BASE_URL for a typing error|could not be resolved \()/,
    );
    expect(names('skip')).toEqual(['tls', ...AFTER_TLS]);
    expect(exitCode).toBe(1);
  });
});

describe('a server that is not trusted', () => {
  it.each<[string, { cert: string; key: string }, RegExp]>([
    [
      'one that signs itself',
      selfSigned,
      /by localhost, which Node does not trust \(DEPTH_ZERO_SELF_SIGNED_CERT\)\n.*NODE_EXTRA_CA_CERTS.*tls\.ca/,
    ],
    [
      'one of an unknown CA',
      CERTIFICATES.unknownCa,
      /by Unknown CA, which Node does not trust \(UNABLE_TO_\w+\)\n.*NODE_EXTRA_CA_CERTS/,
    ],
  ])(
    'fails with who signed its certificate and where to put the CA, and is sent nothing: %s',
    async (_name, certificate, words) => {
      const front = await tlsFront(certificate);
      const { line, names, exitCode } = await examine(`https://localhost:${front.port}`);
      expect(line('tls')).toMatch(words);
      expect(names('skip')).toEqual(AFTER_TLS);
      expect(front.received).toEqual([]);
      expect(front.accepted).toBe(1);
      expect(exitCode).toBe(1);
    },
  );
});

describe('a connection that fails', () => {
  it('because no server listens is reported', async () => {
    const { line, names } = await examine(`https://localhost:${await freePort()}`);
    expect(line('tls')).toMatch(/^fail +tls +no server listens on localhost:\d+ \(ECONNREFUSED\)/);
    expect(names('skip')).toEqual(AFTER_TLS);
  });

  it('because no server listens on plain http is reported at the token request', async () => {
    const { line } = await examine(`http://127.0.0.1:${await freePort()}`);
    expect(line('token')).toMatch(
      /at 127\.0\.0\.1:\d+ was not reached \(ECONNREFUSED\) \(network_error\)\n.*No server listens at this address: check host and port/,
    );
  });

  it('because the port does not speak TLS is reported, and no credentials are sent', async () => {
    const front = await plainFront((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { line } = await examine(`https://localhost:${front.port}`);
    expect(line('tls')).toMatch(
      /^fail +tls +localhost:\d+ does not speak TLS \((ERR_SSL_WRONG_VERSION_NUMBER|EPROTO|ERR_SSL_PACKET_LENGTH_TOO_LONG)\)/,
    );
    expect(Buffer.concat(front.received).toString('latin1')).not.toContain('Authorization');
  });

  it('because the server does not answer ends at the time limit', async () => {
    const front = await plainFront(() => {});
    const { line, exitCode } = await examine(`https://localhost:${front.port}`);
    expect(line('tls')).toMatch(/^fail +tls +localhost:\d+ does not answer \(ETIMEDOUT\)\n.*HTTPS_PROXY/);
    expect(exitCode).toBe(1);
  });

  it('because it is closed is reported', async () => {
    const front = await plainFront((socket) => socket.destroy());
    expect((await examine(`https://localhost:${front.port}`)).line('tls')).toMatch(/no TLS connection.*\(ECONNRESET\)/);
  });
});

describe('a proxy', () => {
  const answering = (answer: string) => plainFront((socket) => socket.once('data', () => socket.end(answer)));
  const proxyOf = (port: number) => ({ HTTPS_PROXY: `http://user:${PROXY_PASSWORD}@127.0.0.1:${port}` });

  it.each([
    [
      'refuses the login',
      'HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n',
      /answered 407 .*\n.*rejected the login in HTTPS_PROXY/,
    ],
    ['forbids', 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n', /answered 403 .*\n.*allow CONNECT/],
    ['breaks off', '', /was not reached \(ECONNRESET\)/],
  ])('that %s fails, and what follows is skipped', async (_how, answer, words) => {
    const front = await answering(answer);
    const { line, names, out } = await examine('https://api.invalid', proxyOf(front.port));
    expect(line('name')).toMatch(/the proxy 127\.0\.0\.1 is an IP address/);
    expect(line('proxy')).toMatch(words);
    expect(names('skip')).toEqual(['tls', ...AFTER_TLS]);
    expect(out).not.toContain(PROXY_PASSWORD);
    expect(Buffer.concat(front.received).toString()).toMatch(/^CONNECT api\.invalid:443 HTTP\/1\.1\r\n/);
    expect(Buffer.concat(front.received).toString()).not.toContain(DOCTOR_PAIR.apiKey);
  });

  it('that requires a login fails with how to set it', async () => {
    const front = await answering('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n');
    const { line } = await examine('https://api.invalid', {
      HTTPS_PROXY: `127.0.0.1:${front.port}`.replace(/^/, 'http://'),
    });
    expect(line('proxy')).toMatch(/The proxy requires a login: set HTTPS_PROXY=http/);
  });

  it('that is not reachable fails with the variable to check', async () => {
    const { line } = await examine('https://api.invalid', proxyOf(await freePort()));
    expect(line('proxy')).toMatch(/of HTTPS_PROXY was not reached \(ECONNREFUSED\)\n.*NO_PROXY=api\.invalid/);
  });

  it('that does not answer fails at the time limit', async () => {
    const front = await plainFront(() => {});
    expect((await examine('https://api.invalid', proxyOf(front.port))).line('proxy')).toMatch(
      /was not reached \(ETIMEDOUT\)/,
    );
  });

  it('that replaces the certificate of the API is reported with the name of its issuer', async () => {
    const tls = await tlsFront(selfSigned);
    const tunnel = await plainFront((socket) => {
      socket.once('data', async () => {
        const { connect } = await import('node:net');
        const upstream = connect(tls.port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(upstream).pipe(socket);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('close', () => upstream.destroy());
      });
    });
    const variables = { ...proxyOf(tunnel.port), CONTA_SIMPLES_ENVIRONMENT: 'sandbox' };
    const { line, names, out } = await examine('https://api-sandbox.contasimples.com', variables);
    expect(line('proxy')).toMatch(
      /^ok +proxy +the proxy 127\.0\.0\.1:\d+ of HTTPS_PROXY opens a tunnel to api-sandbox/,
    );
    expect(out).toMatch(
      /^warn +proxy +tokens\.fetch\(\) does not use the proxy of HTTPS_PROXY.*\n +> .*dispatcher.*NODE_USE_ENV_PROXY=1/m,
    );
    const told = await examine('https://api-sandbox.contasimples.com', { ...variables, NODE_USE_ENV_PROXY: '1' });
    expect(told.names('warn')).toEqual([]);
    expect(line('tls')).toMatch(
      /by localhost, which Node does not trust.*\n.*company proxy or a virus scanner.*NODE_EXTRA_CA_CERTS/,
    );
    expect(names('skip')).toEqual(AFTER_TLS);
    expect(tls.received).toEqual([]);
  });

  it('is not used if NO_PROXY lists the host', async () => {
    const front = await tlsFront(selfSigned);
    const { line } = await examine(`https://localhost:${front.port}`, {
      ...proxyOf(await freePort()),
      NO_PROXY: 'localhost',
    });
    expect(line('proxy')).toBe('');
    expect(line('tls')).toMatch(/^fail/);
  });
});
