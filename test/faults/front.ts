import { Agent, type AgentOptions, createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Socket } from 'node:net';
import { listen } from '@support/listen.js';
import type { ContaSimplesModuleOptions } from 'nestjs-conta-simples-auth';
import { CERTIFICATES, TEST_CA } from './certificates.js';
import type { Arrivals, Stage } from './row.js';

type Behaviour = (socket: Socket) => void;
type SecureContext = Parameters<ReturnType<typeof createHttpsServer>['setSecureContext']>[0];

/** A token endpoint over TLS, good until told otherwise, with every connection and every request counted. */
export interface Front {
  readonly port: number;
  readonly connections: () => number;
  readonly requests: () => number;
  /** What happens to a connection in place of TLS; `undefined` for TLS. */
  behave(behaviour: Behaviour | undefined): void;
  present(context: SecureContext): void;
  readonly allClosed: () => Promise<void>;
  readonly close: () => Promise<void>;
}

let issued = 0;

export async function openFront(lifeSeconds: number): Promise<Front> {
  let requests = 0;
  let behaviour: Behaviour | undefined;
  const https = createHttpsServer(CERTIFICATES.trusted, (request, response) => {
    // A resource that is asked for is never answered.
    if (request.method !== 'POST') return;
    requests++;
    const body = { access_token: `front-token-${++issued}`, token_type: 'Bearer', expires_in: lifeSeconds };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  // A client without trusted CAs, or a server whose CA is not trusted, is what many rows are about.
  https.on('tlsClientError', () => {});
  const server = await listen(
    createNetServer((socket) => {
      if (behaviour) behaviour(socket);
      else https.emit('connection', socket);
    }),
  );
  return {
    port: server.port,
    connections: () => server.accepted,
    requests: () => requests,
    behave: (next) => {
      behaviour = next;
    },
    present: (context) => https.setSecureContext(context),
    allClosed: () => server.allClosed(),
    close: () => server.close(),
  };
}

/** What the client needs to know of a front: the name to ask for, and whom to trust. */
export function frontOptions({ port }: Front, agent: AgentOptions = {}): ContaSimplesModuleOptions {
  const httpsAgent = new Agent({ ca: TEST_CA, ...agent });
  return { baseUrl: `https://localhost:${port}`, httpsAgent, proxy: false };
}

interface FrontFault {
  readonly strike: (front: Front) => void;
  readonly repair: (front: Front) => void;
}

/** A front of which something goes wrong; attempts are its connections. */
export function fronted({ strike, repair }: FrontFault) {
  return async (lifeSeconds: number): Promise<Stage> => {
    const front = await openFront(lifeSeconds);
    return {
      options: frontOptions(front),
      arrivals: () => arrivals(front),
      strike: () => strike(front),
      repair: () => repair(front),
      facts: () => allGone(front),
      close: () => front.close(),
    };
  };
}

/** A server that shows a certificate, or a version, that the client must not take. */
export const presenting = (context: SecureContext) =>
  fronted({
    strike: (front) => front.present(context),
    repair: (front) => front.present(CERTIFICATES.trusted),
  });

/** A server that does something else than TLS. */
export const behaving = (behaviour: Behaviour) =>
  fronted({
    strike: (front) => front.behave(behaviour),
    repair: (front) => front.behave(undefined),
  });

const arrivals = (front: Front): Arrivals => ({ requests: front.requests(), attempts: front.connections() });

/** Resolves only if no connection is left behind. */
export async function allGone(front: Pick<Front, 'allClosed'>) {
  await front.allClosed();
  return { 'connections left': 0 };
}

export const FRONT_FACTS = { 'connections left': 0 };
