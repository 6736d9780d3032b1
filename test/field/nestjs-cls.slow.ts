import { expect } from '@jest/globals';
import { run } from '@support/child.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

/* In a separate process, on the built library: Jest does not load this part, which is CommonJS, beside NestJS 12. */

const version = `${packageVersion('nestjs-cls')} with transactional ${packageVersion('@nestjs-cls/transactional')}`;
const note =
  'a provider of credentials runs outside every request, in the context in which the module was created: it begins a ' +
  'separate transaction or context';

let seen: Record<string, unknown> = {};

worksBeside({ name: 'nestjs-cls', version, note }, (step) => {
  step('token and call in a request, which goes on in its own context', async () => {
    const { output } = await run('test/field/fixtures/nestjs-cls.mjs', {});
    seen = JSON.parse(output) as typeof seen;
    expect(seen).toMatchObject({ first: 200, strays: [] });
  });

  step('renewals read the pair in their own transactions, not in the ended one of a request', async () => {
    expect(seen).toMatchObject({ renewalFailures: [], ownTransactions: true, readers: [null] });
  });

  step('401 and replay', async () => {
    expect(seen).toMatchObject({ afterRevocation: 200, fetch: 200 });
  });

  step('failure; log lines without the id of a request', async () => {
    expect(seen).toMatchObject({ failure: 'credentials_rejected', lines: true, linesOfRequests: [] });
  });

  step('close', async () => {
    expect(seen).toMatchObject({ closed: 'shut_down' });
  });
});
