import { Agent } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { rejection } from '@support/busy-api.js';
import axios from 'axios';
import { bootClients, closeClients } from './clients.js';
import { UploadServer } from './upload-server.js';

afterEach(closeClients);

describe("an error of the application's other requests", () => {
  it.each([
    ["Node's global agent", undefined],
    ['an agent that both use', new Agent({ keepAlive: true })],
  ])('shows nothing of a call in flight over %s', async (_what, httpAgent) => {
    const server = await UploadServer.start();
    const { attach, token } = await bootClients(server.origin);
    const attached = attach(axios.create({ httpAgent }));
    const abort = new AbortController();
    // Its first call: nothing has come back yet that could have been made printable.
    const inFlight = rejection(attached.post(`${server.origin}/hold`, 'x', { signal: abort.signal }));
    await server.held();
    const error = await rejection(axios.get(`${server.origin}/early/500`, { httpAgent }));
    expect(axios.isAxiosError(error) && error.response?.status).toBe(500);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token);
    expect(JSON.stringify(error)).not.toContain(token);
    abort.abort();
    await inFlight;
    httpAgent?.destroy();
  });
});
