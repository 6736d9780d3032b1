import { beforeAll, expect } from '@jest/globals';
import { type Walked, WELL, walk } from './support/walk.js';
import { packageVersion, worksBeside } from './support/works-beside.js';

interface Span {
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

const name = '@opentelemetry/instrumentation-http';

worksBeside({ name, version: packageVersion(name) }, (step) => {
  let walked: Walked;
  const spans = () => walked.result.spans as Span[];
  const of = (path: string) => spans().filter((span) => span.path === path);
  beforeAll(async () => {
    walked = await walk('test/field/fixtures/traced-walk.mjs');
  });

  step('token, call, 401 and replay, failure, close', async () => {
    expect(walked.result).toMatchObject(WELL);
    expect(walked.seen.token).toBe(2);
  });

  step('a span for each token request and for each call, the replayed one twice', async () => {
    expect(of('/oauth/v1/access-token').map(({ status }) => status)).toEqual([200, 200]);
    expect(of('/accounts/v1/balance').map(({ status }) => status)).toEqual([200, 401, 200]);
    expect(of('/nowhere').map(({ status }) => status)).toEqual([404]);
  });

  step('`traceparent` reaches the server', async () => {
    expect(walked.seen.traceparents).toBe(spans().length);
  });

  step('no span holds the token or the pair', async () => {
    for (const { text } of spans()) expect(text).not.toMatch(/Bearer|Basic|eyJ/);
  });
});
