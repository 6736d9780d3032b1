import { afterEach, expect } from '@jest/globals';
import { boot, closeAll } from '@support/boot.js';
import axios, { type AxiosInstance } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { ContaSimplesAuthInterceptor, isContaSimplesAuthError } from 'nestjs-conta-simples-auth';
import { FakeContaSimplesHttpService } from 'nestjs-conta-simples-auth/testing';
import { packageVersion, worksBeside } from './support/works-beside.js';

afterEach(closeAll);

/** The types of axios-mock-adapter are of the build for `require()`, and are not compatible with those for `import`. */
const mocked = (instance: AxiosInstance) => new MockAdapter(instance as never);

async function attachedOver(prepare: (mock: MockAdapter) => void) {
  const { app, emulator } = await boot({ emulator: { tokenTtlSeconds: 2 } });
  const instance = axios.create({ baseURL: emulator.baseUrl });
  const mock = mocked(instance);
  prepare(mock);
  app.get(ContaSimplesAuthInterceptor).attach(instance);
  return { app, emulator, instance, mock };
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (reason: unknown) => reason,
  );

const note =
  'on an attached instance in any order; put on before `attach()`, the mock sees the token. ' +
  'On `ContaSimplesHttpService` it is refused: use `FakeContaSimplesHttpService`';

worksBeside({ name: 'axios-mock-adapter', version: packageVersion('axios-mock-adapter'), note }, (step) => {
  step('token and call with a relative handler', async () => {
    const { instance, mock } = await attachedOver((each) => each.onGet('/balance').reply(200, { amount: 1 }));
    expect((await instance.get('/balance')).data).toEqual({ amount: 1 });
    expect(mock.history.get[0]?.headers?.Authorization).toMatch(/^Bearer ./);
  });

  step('401 and replay', async () => {
    const { instance, emulator } = await attachedOver((each) =>
      each.onGet('/x').replyOnce(401).onGet('/x').reply(200, 'ok'),
    );
    expect((await instance.get('/x')).data).toBe('ok');
    expect(emulator.counts.token.total).toBe(2);
  });

  step('failure: no handler, network error', async () => {
    const { instance } = await attachedOver((each) => each.onGet('/broken').networkError());
    expect(await errorOf(instance.get('/nowhere'))).toMatchObject({ isAxiosError: true, status: 404 });
    expect(await errorOf(instance.get('/broken'))).toMatchObject({ isAxiosError: true, message: 'Network Error' });
  });

  step('close', async () => {
    const { app, instance } = await attachedOver((each) => each.onGet('/x').reply(200));
    await app.close();
    expect(isContaSimplesAuthError(await errorOf(instance.get('/x')), 'shut_down')).toBe(true);
  });

  step('the fake of the service', async () => {
    const http = new FakeContaSimplesHttpService();
    mocked(http.axiosRef).onGet('/balance').reply(200, { amount: 2 });
    expect((await http.axiosRef.get('/balance')).data).toEqual({ amount: 2 });
  });
});
