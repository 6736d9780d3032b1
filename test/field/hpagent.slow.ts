import { afterAll, expect } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import { closeServers } from '@support/listen.js';
import { TunnelProxy } from '@support/tunnel-proxy.js';
import { closeTlsApps, prepareTwoServers } from '@support/two-servers.js';
import { HttpsProxyAgent } from 'hpagent';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { TEST_CA } from '../faults/certificates.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

const part = {
  name: 'hpagent',
  version: packageVersion('hpagent'),
  note: 'as `httpsAgent` of the module (with `proxy: false`, see [recipes.md](recipes.md#proxies)), of a request or of an attached instance; the certificate of the server is checked through the tunnel',
};

const agents = new Set<HttpsProxyAgent>();

async function prepare() {
  const proxy = await TunnelProxy.start();
  const httpsAgent = new HttpsProxyAgent({ proxy: `http://127.0.0.1:${proxy.port}`, keepAlive: true, ca: TEST_CA });
  agents.add(httpsAgent);
  const prepared = await prepareTwoServers({ httpsAgent });
  return { ...prepared, proxy, httpsAgent };
}

async function closeAll() {
  for (const agent of agents) agent.destroy();
  agents.clear();
  await closeTlsApps();
  await closeServers();
}

afterAll(closeAll);

worksBeside(part, (step) => {
  step('token and 81 calls go through one tunnel', async () => {
    const { http, attached, httpsAgent, api, proxy, bearer } = await prepare();
    for (let call = 0; call < 80; call++) await http.get('/x');
    await attached({ httpsAgent }).post('/x', { a: 1 });
    expect(api.seen).toEqual(Array(81).fill(bearer));
    expect(proxy.targets).toEqual([`localhost:${api.port}`]);
    await closeAll();
  });

  step('401 is refreshed and replayed', async () => {
    const { http, api, bearer, tokens } = await prepare();
    await http.get('/x');
    api.refused.add(bearer);
    expect((await http.post('/x', { a: 1 })).status).toBe(200);
    expect(api.seen).toEqual([bearer, bearer, `Bearer ${await tokens.getAccessToken()}`]);
    await closeAll();
  });

  step('a server with the certificate of another name gets no token', async () => {
    const { http, attached, httpsAgent, api, byAddress } = await prepare();
    const error = await rejection(http.get(byAddress));
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    httpsAgent.options.servername = 'localhost';
    expect(isContaSimplesAuthError(await rejection(http.get(byAddress)), 'untrusted_origin')).toBe(true);
    await attached({ httpsAgent }).get(byAddress);
    expect(api.seen).toEqual([undefined]);
    await closeAll();
  });

  step('close', async () => {
    const { http, app, api, httpsAgent } = await prepare();
    await http.get('/x');
    await app.close();
    expect(isContaSimplesAuthError(await rejection(http.get('/x')), 'shut_down')).toBe(true);
    httpsAgent.destroy();
    await api.listening.allClosed();
    await closeAll();
  });
});
