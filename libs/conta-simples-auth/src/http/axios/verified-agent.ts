import type { ClientRequest } from 'node:http';
import type { Agent } from 'node:https';
import { checkServerIdentity, TLSSocket } from 'node:tls';

/** A connection that an agent made ends somewhere else than the address says. It is closed, and nothing was sent over it. */
export class UntrustedConnection extends Error {
  override readonly name = 'UntrustedConnection';
  /** Whether it may be the right server all the same: Node shows no certificate for a session that was resumed. */
  readonly isUnknown: boolean;

  constructor(why: string, isUnknown = false) {
    super(why);
    this.isUnknown = isUnknown;
  }
}

/** axios makes an error of its own of that with which a request was destroyed. */
export function untrustedConnectionOf(error: unknown): UntrustedConnection | undefined {
  const cause = (error as { cause?: unknown } | null | undefined)?.cause;
  return cause instanceof UntrustedConnection ? cause : undefined;
}

interface RequestAddress {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly session?: undefined;
}

/** The method by which Node hands a request to an agent; not in its types. */
type AddRequest = (request: ClientRequest, address: RequestAddress) => void;

const verified = new WeakMap<object, object>();
const verifiedSockets = new WeakMap<TLSSocket, string>();

/**
 * The same agent, for https, with each of its connections checked before the request goes over it. For agents that make
 * connections in their own way, such as those for a proxy: what they do cannot be known from outside, but the
 * certificate of the server at the other end can be looked at. One per agent: axios keeps tunnels by it.
 */
export function verifiedAgent(agent: object): Agent {
  let found = verified.get(agent);
  if (found === undefined) {
    const addRequest: AddRequest = (request, address) => {
      // Node emits this after the agent has chosen a connection, and before it writes to it.
      request.once('socket', (socket: unknown) => whenSecure(socket, request, address));
      // Without resumed sessions: each connection shows its certificate.
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
  // Node has not sent a byte of the request when it emits this.
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

/** Whether TLS was started over a connection that something else had opened, as after `CONNECT`. */
function isTunnel(socket: TLSSocket): boolean {
  return Boolean((socket as { _parent?: unknown })._parent);
}
