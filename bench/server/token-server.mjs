// A cheap token endpoint and resource in a separate process, so that their work is not measured with the client's. Counts
// the requests of all benchmarks. The parent process controls it by messages.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { selfSigned } from './self-signed.mjs';

const TOKEN_PATH = '/oauth/v1/access-token';
const UPLOAD_PATH = '/attachments/v1/upload';
/** The length of a real token. */
const TOKEN_BYTES = 480;
/** For ten thousand callers at once; the limit of the kernel may be lower. */
const BACKLOG = 16_384;
/** A connection is faster or slower than another as long as it lives, so none lives as long as a measurement. */
const REQUESTS_A_CONNECTION = 200;

const settings = { lifeSeconds: 1_800, latencyMs: 0, outage: false };
const counts = { tokenRequests: 0, tokensIssued: 0, accepted: 0, refused: 0 };
/** When each token ends, by this process's clock. */
const tokens = new Map();

function answer(response, status, body, headers = {}) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length, ...headers });
  response.end(text);
}

function issue(response) {
  if (settings.outage) return answer(response, 503, { error: 'temporarily_unavailable' });
  const access_token = randomBytes(TOKEN_BYTES).toString('base64url');
  tokens.set(access_token, Date.now() + settings.lifeSeconds * 1_000);
  counts.tokensIssued++;
  answer(response, 200, { access_token, token_type: 'Bearer', expires_in: settings.lifeSeconds });
}

function serve(request, response) {
  request.resume();
  if (request.url.startsWith(TOKEN_PATH)) {
    counts.tokenRequests++;
    if (settings.latencyMs === 0) issue(response);
    else setTimeout(issue, settings.latencyMs, response);
    return;
  }
  // An upload is answered after its whole body has arrived.
  if (request.url.startsWith(UPLOAD_PATH)) request.once('end', () => serveResource(request, response));
  else serveResource(request, response);
}

function serveResource(request, response) {
  const endsAt = tokens.get(request.headers.authorization?.slice('Bearer '.length));
  if (endsAt !== undefined && endsAt > Date.now()) {
    counts.accepted++;
    answer(response, 200, { amount: 1234.56 });
  } else {
    counts.refused++;
    answer(response, 401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
}

const commands = {
  set: (values) => Object.assign(settings, values),
  counts: () => counts,
  /** Revokes all tokens issued so far. */
  revoke: () => tokens.clear(),
};

const servers = [createServer(serve), createTlsServer(selfSigned, serve)];
servers[0].maxRequestsPerSocket = REQUESTS_A_CONNECTION;
const ports = await Promise.all(
  servers.map((server) => {
    server.keepAliveTimeout = 60_000;
    return new Promise((resolve) => {
      server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => resolve(server.address().port));
    });
  }),
);
process.on('message', ({ id, command, values }) => process.send({ id, answer: commands[command](values) }));
// Ends with the parent process, in any case.
process.on('disconnect', () => process.exit());
process.send({ ports });
