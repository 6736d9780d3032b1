import { sharesRun } from '../support/shares-run.js';
import { ownField, parseObject } from './json-object.js';

/** Only what looks like an id is taken from a server: it ends up in messages and logs. */
const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The service's id of a request, from a header or else from an error body. One that repeats part of a secret, or of the
 * token in the same answer, is left out.
 */
export function requestId(
  headers: Readonly<Record<string, unknown>>,
  body: string | undefined,
  isSecret: (text: string) => boolean,
): string | undefined {
  const answer = body === undefined ? undefined : parseObject(body);
  const token = ownField(answer, 'access_token');
  return [headers['x-request-id'], ownField(answer, 'requestId')].find(
    (candidate): candidate is string =>
      typeof candidate === 'string' &&
      REQUEST_ID.test(candidate) &&
      !isSecret(candidate) &&
      !(typeof token === 'string' && sharesRun(candidate, token)),
  );
}
