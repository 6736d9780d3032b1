/**
 * Whether a failed https request was on its way through a proxy. Which proxy, if any, axios finds in the environment; it
 * then puts an agent of its own in place of ours.
 */
export function wasTunnelled(error: unknown, ownAgent: object): boolean {
  const agent = field(field(error, 'request'), 'agent');
  return agent !== undefined && agent !== ownAgent;
}

/** Whether the proxy had not opened the tunnel yet. */
export function wasWaitingForTunnel(error: unknown, ownAgent: object): boolean {
  return wasTunnelled(error, ownAgent) && !hasSocket(error);
}

/** Whether a failed request had its socket, which one through a proxy gets only when the tunnel is open. */
export function hasSocket(error: unknown): boolean {
  return Boolean(field(field(error, 'request'), 'socket'));
}

/**
 * Whether an answer to an https request came in the clear: it is then the proxy's refusal to open a tunnel, handed on by
 * the agent as if the service had said it.
 */
export function isProxyAnswer(request: unknown): boolean {
  return field(field(request, 'socket'), 'encrypted') !== true;
}

function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined;
}
