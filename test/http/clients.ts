import { Agent } from 'node:http';
import { boot, closeAll } from '@support/boot.js';
import { closeServers } from '@support/listen.js';
import axios, { type AxiosInstance } from 'axios';
import { ContaSimplesAuthInterceptor } from 'nestjs-conta-simples-auth';

const agents = new Set<Agent>();

/** The plain client, and the ways in which it is guarded. */
export const GUARDED = ['ContaSimplesHttpService', 'an attached instance', 'an attached keep-alive instance'] as const;
export type Guarded = (typeof GUARDED)[number];
export const PLAIN = 'plain axios';

/** An application that sends its token to `origin`, and clients of it. The token has been accepted once: `origin` answers. */
export async function bootClients(origin: string, adapter: 'http' | 'fetch' = 'http') {
  const booted = await boot({ options: { origins: [origin] } });
  const attach = (instance: AxiosInstance) => {
    booted.app.get(ContaSimplesAuthInterceptor).attach(instance);
    return instance;
  };
  const agent = new Agent({ keepAlive: true });
  agents.add(agent);
  const clients: Record<Guarded | typeof PLAIN, AxiosInstance> = {
    // With redirects, axios sends through another package, which keeps a copy of the body and does not hold back the source.
    [PLAIN]: axios.create({ adapter, maxRedirects: 0 }),
    ContaSimplesHttpService: booted.http.axiosRef,
    'an attached instance': attach(axios.create({ adapter })),
    'an attached keep-alive instance': attach(axios.create({ adapter, httpAgent: agent })),
  };
  const token = await booted.tokens.getAccessToken();
  return { ...booted, clients, token, attach };
}

/** For `afterEach`. */
export async function closeClients(): Promise<void> {
  for (const agent of agents) agent.destroy();
  agents.clear();
  await closeAll();
  await closeServers();
}
