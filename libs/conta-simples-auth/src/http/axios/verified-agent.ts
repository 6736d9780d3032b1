import type { ClientRequest } from 'node:http';
import type { Agent } from 'node:https';
import { checkServerIdentity, TLSSocket } from 'node:tls';

/** A connection of an agent leads to another server than the address. It is closed, and nothing was sent over it. */
export class UntrustedConnection extends Error {
  override readonly name = 'UntrustedConnection';
  /** Whether it may be the right server: Node has no certificate for a resumed session. */
  readonly isUnknown: boolean;

  constructor(why: string, isUnknown = false) {
    super(why);
    this.isUnknown = isUnknown;
  }
}

/** axios wraps the error with which a request was destroyed. */
export function untrustedConnectionOf(error: unknown): UntrustedConnection | undefined {
  const cause = (error as { cause?: unknown } | null | undefined)?.cause;
  return cause instanceof UntrustedConnection ? cause : undefined;
}

interface RequestAddress {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly session?: undefined;
}

/** The method by which Node passes a request to an agent; not in its types. */
type AddRequest = (request: ClientRequest, address: RequestAddress) => void;

const verified = new WeakMap<object, object>();
const verifiedSockets = new WeakMap<TLSSocket, string>();

/**
 * The same https agent, but each connection is checked before the request is sent over it. For agents with their own way
 * to connect, such as agents for a proxy: the certificate shows which server they lead to. There is one verified agent
 * per agent, because axios stores tunnels by agent.
 */
export function verifiedAgent(agent: object): Agent {
  let found = verified.get(agent);
  if (found === undefined) {
    const addRequest: AddRequest = (request, address) => {
      // Node emits this after the agent has chosen a connection, and before it writes to it.
      request.once('socket', (socket: unknown) => whenSecure(socket, request, address));
      // No session is resumed, so that each connection has a certificate.
      (agent as { addRequest: AddRequest }).addRequest(request, { ...address, session: undefined });
    };
    // Getters of an agent may need the agent itself as `this`.
    found = new Proxy(agent, {
      get: (target, name) => (name === 'addRequest' ? addRequest : Reflect.get(target, name)),
    });
    verified.set(agent, found);
  }
  return found as Agent;
}

function whenSecure(socket: unknown, request: ClientRequest, address: RequestAddress): void {
  const verify = () => {
    const problem =
      socket instanceof TLSSocket
        ? problemOf(socket, address)
        : new UntrustedConnection('its agent made a connection without TLS');
    if (problem !== undefined) request.destroy(problem);
  };
  // Node emits this before it sends the first byte of the request.
  if (socket instanceof TLSSocket && isSecuring(socket)) socket.prependOnceListener('secureConnect', verify);
  else verify();
}

/** Node's types leave it out. */
function isSecuring(socket: TLSSocket): boolean {
  return (socket as { secureConnecting?: boolean }).secureConnecting === true;
}

function problemOf(socket: TLSSocket, { host, port }: RequestAddress): UntrustedConnection | undefined {
  const name = host ?? 'localhost';
  const key = `${name}:${port}`;
  if (verifiedSockets.get(socket) === key) return undefined;
  if (!socket.authorized) return new UntrustedConnection('its agent does not check the certificate of the server');
  if (checkServerIdentity(name, socket.getPeerCertificate()) !== undefined) {
    const why = 'its agent leads to a server whose certificate is for another name';
    return new UntrustedConnection(why, socket.isSessionReused());
  }
  // A tunnel goes through the port of a proxy.
  if (!isTunnel(socket) && socket.remotePort !== Number(port)) {
    return new UntrustedConnection('its agent leads to another port');
  }
  verifiedSockets.set(socket, key);
  return undefined;
}

/** Whether TLS was started over an existing connection, as after `CONNECT`. */
function isTunnel(socket: TLSSocket): boolean {
  return Boolean((socket as { _parent?: unknown })._parent);
}
