import { Agent } from 'node:http';

/** Options of an agent that come before those of the request, and decide where its connections end. */
const LEADING = ['host', 'port', 'path', 'socketPath', 'lookup', 'createConnection', 'proxyEnv'] as const;

/** Whether the options of an agent, or of a connection, may lead a request elsewhere than its address does. */
export function leadsElsewhere(options: unknown): boolean {
  const given = options as Record<string, unknown> | null | undefined;
  return LEADING.some((name) => Boolean(given?.[name]));
}

/** Whether an agent for plain http may connect elsewhere: by its options, or by a way of its own. */
export function isLeadingAgent(given: unknown): boolean {
  const agent = given as Partial<Record<'createConnection' | 'addRequest' | 'options', unknown>>;
  const plain = Agent.prototype as unknown as typeof agent;
  const hasOwnWay = agent.createConnection !== plain.createConnection || agent.addRequest !== plain.addRequest;
  return hasOwnWay || leadsElsewhere(agent.options);
}
