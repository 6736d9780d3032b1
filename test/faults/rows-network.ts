import type { Socket } from 'node:net';
import { blackhole } from './blackhole-stage.js';
import { answer, CANARY, http } from './bodies.js';
import { CERTIFICATES } from './certificates.js';
import { EMULATED_FACTS, emulated, type FaultSource } from './emulator-stage.js';
import { behaving, FRONT_FACTS, presenting } from './front.js';
import { lookedUp, resolvesTo } from './lookup-stage.js';
import { proxied, proxiedByEnvironment, refusing } from './proxy-stage.js';
import { granted, type Promised, type PromisedFailure, type Row, type Stage, terminal, transient } from './row.js';

const late = transient('timeout');
const broken = transient('network_error');
const brokenOff = transient('network_error', { status: 200 });
/** Attempts of which the server never gets to see a request. */
const unseen = (promised: PromisedFailure): PromisedFailure => ({
  ...promised,
  requests: 0,
  attempts: promised.requests,
});
/** The same where not even that can be counted from outside. */
const uncounted = (promised: PromisedFailure): PromisedFailure => ({ ...promised, requests: 0 });
const untrusted = unseen(terminal('tls_error', { retryInMs: [30_000, 30_000] }));

function row(id: string, fault: string, how: FaultSource, promised: Promised): Row {
  return { id, fault, stage: emulated(how), promised, facts: EMULATED_FACTS };
}

/** The emulator, of which the client expects an answer soon. */
function timed(id: string, fault: string, how: FaultSource): Row {
  return { ...row(id, fault, how, late), timed: true };
}

function staged(
  id: string,
  fault: string,
  stage: (lifeSeconds: number) => Promise<Stage>,
  promised: Promised,
  rest: Partial<Row> = {},
): Row {
  return { id, fault, stage, promised, facts: FRONT_FACTS, ...rest };
}

const resolved = (id: string, fault: string, answered: Parameters<typeof lookedUp>[0], promised: Promised, note = '') =>
  staged(id, fault, lookedUp(answered), promised, {
    note: `${note}${note && '; '}attempts are look-ups`,
  });

/** Addresses of this machine without a listener on the front's port. */
const NO_LISTENER = [
  { address: '127.0.0.2', family: 4 },
  { address: '127.0.0.3', family: 4 },
];

const malformed: Record<string, string> = {
  'an SSH greeting': 'SSH-2.0-OpenSSH_9.0\r\n',
  'headers of 100 KB': `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  'both `Content-Length` and chunked': http(answer(), 'Transfer-Encoding: chunked\r\n'),
  'two unlike lengths': http(answer(), 'Content-Length: 1\r\n'),
  'a header with a bare line end': http(answer(), `X-Header: ${CANARY}\rY: 1\r\n`),
  'an answer that ends amid the headers': 'HTTP/1.1 200 OK\r\nContent-Type: appl',
};

const tls12 = { ...CERTIFICATES.trusted, maxVersion: 'TLSv1.2' as const };
const hello = (then: (socket: Socket) => void) => (socket: Socket) => void socket.once('data', () => then(socket));

export const NETWORK_ROWS: readonly Row[] = [
  resolved('N01', 'connection refused', resolvesTo(NO_LISTENER.slice(0, 1)), unseen(broken)),
  resolved('N01', 'connection refused at both addresses of a name', resolvesTo(NO_LISTENER), unseen(broken)),
  row('N03', 'FIN before the headers', { raw: '' }, broken),
  row('N03', 'RST before the headers', { reset: 'before-headers' }, broken),
  row('N04', 'FIN amid the body', { closeMidBody: true }, brokenOff),
  row('N04', 'RST amid the body', { reset: 'mid-body' }, brokenOff),
  row(
    'N04',
    'FIN amid the chunks',
    { raw: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\n${answer()}` },
    brokenOff,
  ),
  timed('N05', 'connected, then silence', { hang: true }),
  timed('N06', 'headers in drips', { drip: { chunkBytes: 1, intervalMs: 20, part: 'all' } }),
  timed('N06', 'a body in drips', { drip: { chunkBytes: 1, intervalMs: 20 } }),
  timed('N06', 'a body in drips without end', { drip: { chunkBytes: 1, intervalMs: 20, endless: true } }),
  {
    id: 'N07',
    fault: 'every SYN is dropped',
    stage: blackhole,
    promised: uncounted(late),
    timed: true,
    note: 'a listener that accepts nothing, with a full queue: the kernel drops what comes',
  },
  ...['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'].map((code) =>
    resolved('N08', `name resolution: ${code}`, resolvesTo(code), unseen(broken)),
  ),
  staged(
    'N08',
    'name resolution hangs',
    lookedUp(() => {}),
    unseen(late),
    { note: 'attempts are look-ups', timed: true },
  ),
  staged('N09', 'the name leads to a private server of another name', presenting(CERTIFICATES.otherName), untrusted, {
    note: 'attempts are connections; there is no way to http',
  }),
  ...Object.entries({
    'a certificate of another name': CERTIFICATES.otherName,
    'an expired certificate': CERTIFICATES.expired,
    'a certificate of an unknown CA': CERTIFICATES.unknownCa,
    'a certificate that signs itself': CERTIFICATES.selfSigned,
  }).map(([fault, certificate]) => staged('N11', fault, presenting(certificate), untrusted)),
  staged(
    'N12',
    'TLS 1.1 at most',
    presenting({ ...CERTIFICATES.trusted, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    untrusted,
  ),
  staged('N12', 'no cipher in common', presenting({ ...tls12, ciphers: 'AES128-SHA256' }), untrusted),
  staged(
    'N12',
    'plain http on the port',
    behaving((socket) => socket.resume().end(http(answer()))),
    untrusted,
  ),
  staged(
    'N13',
    'the TLS handshake hangs',
    behaving((socket) => void socket.resume()),
    unseen(late),
    { timed: true },
  ),
  staged('N13', 'RST in the TLS handshake', behaving(hello((socket) => socket.resetAndDestroy())), unseen(broken)),
  staged('N13', 'FIN in the TLS handshake', behaving(hello((socket) => socket.end())), unseen(broken)),
  staged('N16', 'the proxy answers 407', proxied(refusing('407 Proxy Authentication Required')), {
    ...unseen(terminal('proxy_error', { status: 407 })),
  }),
  staged(
    'N16',
    'the proxy answers 502',
    proxied(refusing('502 Bad Gateway')),
    unseen(transient('proxy_error', { status: 502 })),
  ),
  staged(
    'N16',
    'the proxy hangs',
    proxied((socket) => void socket.resume()),
    unseen(transient('proxy_error')),
    { timed: true },
  ),
  staged(
    'N16',
    'RST by the proxy',
    proxied((socket) => socket.resetAndDestroy()),
    unseen(transient('proxy_error')),
  ),
  staged(
    'N16',
    '`HTTPS_PROXY` names a proxy that is down',
    proxiedByEnvironment((port) => `http://127.0.0.1:${port}`),
    uncounted(transient('proxy_error')),
    { alone: true },
  ),
  staged(
    'N16',
    '`HTTPS_PROXY` is no URL',
    proxiedByEnvironment(() => 'http://proxy:99999'),
    uncounted(transient('proxy_error')),
    { alone: true },
  ),
  staged(
    'N16',
    '`HTTPS_PROXY` names a proxy for plain HTTP without a scheme',
    proxiedByEnvironment((_closedPort, proxyPort) => `127.0.0.1:${proxyPort}`),
    uncounted(transient('proxy_error')),
    { alone: true, logged: 'write http:// before it' },
  ),
  ...Object.entries(malformed).map(([fault, raw]) => row('N17', fault, { raw }, broken)),
  row('N17', 'two answers', { raw: http(answer()) + http(answer({ access_token: 'second' })) }, granted()),
];
