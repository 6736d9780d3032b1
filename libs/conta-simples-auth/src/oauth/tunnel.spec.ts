import { describe, expect, it } from '@jest/globals';
import { hasSocket, isProxyAnswer, wasTunnelled, wasWaitingForTunnel } from './tunnel.js';

const OWN = {};
const failed = (request: object) => Object.assign(new Error('socket hang up'), { request });

describe('a failed request', () => {
  it('was tunnelled where an agent other than ours made it', () => {
    expect(wasTunnelled(failed({ agent: {} }), OWN)).toBe(true);
  });

  it.each([
    ['our own agent made it', failed({ agent: OWN })],
    ['no agent did', failed({})],
    ['there was no request yet', new Error('x')],
    ['its request is nothing', Object.assign(new Error('x'), { request: null })],
    ['nothing is known', undefined],
    ['it failed with nothing', null],
    ['it failed with a text', 'ECONNREFUSED'],
  ])('was not where %s', (_what, error) => {
    expect(wasTunnelled(error, OWN)).toBe(false);
  });

  it('was waiting for its tunnel as long as it had no socket', () => {
    expect(wasWaitingForTunnel(failed({ agent: {} }), OWN)).toBe(true);
    expect(wasWaitingForTunnel(failed({ agent: {}, socket: null }), OWN)).toBe(true);
    expect(wasWaitingForTunnel(failed({ agent: {}, socket: {} }), OWN)).toBe(false);
  });

  it('was waiting for no tunnel where there was none to be', () => {
    expect(wasWaitingForTunnel(failed({ agent: OWN }), OWN)).toBe(false);
  });
});

describe('a request that failed', () => {
  it('had its socket where it had one', () => {
    expect(hasSocket(failed({ socket: {} }))).toBe(true);
    expect(hasSocket(failed({ socket: null }))).toBe(false);
    expect(hasSocket(undefined)).toBe(false);
  });
});

describe('an answer to an https request', () => {
  it("is the service's where its connection is encrypted", () => {
    expect(isProxyAnswer({ socket: { encrypted: true } })).toBe(false);
  });

  it.each([{ socket: { encrypted: false } }, { socket: {} }, { socket: null }, {}, null, undefined])(
    "is the proxy's where it is not: %p",
    (request) => {
      expect(isProxyAnswer(request)).toBe(true);
    },
  );
});
