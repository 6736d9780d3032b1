import { describe, expect, it } from '@jest/globals';
import { type Answer, KeeperHarness, SECOND, watch } from '@support/keeper-harness.js';

const silent: Answer = { failure: { kind: 'timeout', what: 'The token endpoint did not answer' }, afterMs: 5 * SECOND };
const down: Answer = { failure: { kind: 'server_error', what: 'It answered 503', status: 503 }, afterMs: 100 };

/** An account without a token after two failures in a row, when it is time for the next attempt. */
async function failedTwice(answer: Answer): Promise<KeeperHarness> {
  const harness = new KeeperHarness({ keepFresh: 'while_used' });
  harness.script.push(answer, answer);
  const first = watch(harness.keeper.get());
  await harness.clock.advance(20 * SECOND);
  expect(first.state).toBe('rejected');
  expect(harness.requests).toHaveLength(2);
  return harness;
}

describe('an account whose last attempts were slow', () => {
  it('makes a caller wait 400 ms for the next one, which goes on', async () => {
    const harness = await failedTwice(silent);
    harness.answer = { token: { lifeMs: 3_600_000 }, afterMs: 2 * SECOND };
    const call = watch(harness.keeper.get());
    await harness.clock.advance(399);
    expect(call.state).toBe('pending');
    await harness.clock.advance(1);
    expect(call).toMatchObject({ state: 'rejected', error: { kind: 'timeout', attempts: 2 } });
    await harness.clock.advance(2 * SECOND);
    expect(harness.keeper.current()).toBeUndefined();
    expect((await harness.keeper.get()).value).toBe('token-3');
  });

  it('gives it the token where the endpoint has become fast again', async () => {
    const harness = await failedTwice(silent);
    const call = watch(harness.keeper.get());
    await harness.clock.advance(200);
    expect(call).toMatchObject({ state: 'resolved', value: { value: 'token-3' } });
  });
});

describe('an account whose last attempts failed fast', () => {
  it('makes a caller wait for the next one as long as for any', async () => {
    const harness = await failedTwice(down);
    harness.answer = { token: { lifeMs: 3_600_000 }, afterMs: 2 * SECOND };
    const call = watch(harness.keeper.get());
    await harness.clock.advance(2_100);
    expect(call.state).toBe('resolved');
  });
});
