import { describe, expect, it } from '@jest/globals';
import { checkTrustedUrl, collectOrigins } from './check-url.js';
import { Problems } from './problems.js';

describe('a trusted URL', () => {
  it.each([
    ['https://api.contasimples.com', 'https://api.contasimples.com/'],
    ['https://api.contasimples.com:8443/base/path/', 'https://api.contasimples.com:8443/base/path/'],
    ['HTTPS://API.contasimples.com', 'https://api.contasimples.com/'],
    ['http://localhost', 'http://localhost/'],
    ['http://LOCALHOST:3000', 'http://localhost:3000/'],
    ['http://127.0.0.1:3000/base', 'http://127.0.0.1:3000/base'],
    ['http://127.255.255.254', 'http://127.255.255.254/'],
    ['http://127.1', 'http://127.0.0.1/'],
    ['http://2130706433', 'http://127.0.0.1/'],
    ['http://0x7f.0.0.1', 'http://127.0.0.1/'],
    ['http://0177.0.0.1', 'http://127.0.0.1/'],
    ['http://[::1]:3000', 'http://[::1]:3000/'],
    ['http://[0:0:0:0:0:0:0:1]', 'http://[::1]/'],
  ])('may be %s', (text, href) => {
    const check = checkTrustedUrl(text);
    expect(check.ok && check.url.href).toBe(href);
  });

  it.each([
    'http://api.contasimples.com',
    'http://10.0.0.1',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://127.example.com',
    'http://[::]',
    'http://[::2]',
    'http://[::ffff:10.0.0.1]',
    // The same machine in an unusual spelling: only the listed spellings are accepted.
    'http://[::ffff:127.0.0.1]',
    'http://localhost.',
  ])('is not http beyond this machine: %s', (text) => {
    expect(checkTrustedUrl(text)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('must be https'),
      code: 'insecure_url',
    });
  });

  it.each([
    ['userinfo', 'https://canary:canary@api.example.com', 'user name'],
    ['a user name', 'https://canary@api.example.com', 'user name'],
    ['a query', 'https://api.example.com/?canary=1', 'query'],
    ['an empty query', 'https://api.example.com/?', 'query'],
    ['a fragment', 'https://api.example.com/#canary', 'query'],
    ['an empty fragment', 'https://api.example.com#', 'query'],
    ['no scheme', 'api.canary.com', 'absolute URL'],
    ['a path alone', '/canary', 'absolute URL'],
    ['no host', 'https://', 'absolute URL'],
    ['an impossible port', 'https://canary:99999', 'absolute URL'],
    ['another scheme', 'ftp://canary.example.com', 'https://'],
    ['a scheme that runs code', 'javascript:canary', 'https://'],
    ['whitespace before', ' https://canary.example.com', 'start or end'],
    ['a line end after', 'https://canary.example.com\n', 'start or end'],
    ['a line break inside, which the parser would drop', 'https://canary.exa\nmple.com', 'whitespace'],
    ['a tab inside, which the parser would drop', 'https://canary.example.com/\tx', 'whitespace'],
    ['NUL inside', 'https://canary.example.com/\0', 'control character'],
    ['nothing', '', 'blank'],
    ['spaces', '  ', 'blank'],
    ['a number', 5, 'string'],
    ['null', null, 'string'],
    ['a URL object', new URL('https://canary.example.com'), 'string'],
  ])('has no %s, and is never quoted', (_what, text, problem) => {
    const check = checkTrustedUrl(text);
    expect(check).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect(JSON.stringify(check)).not.toContain('canary');
  });
});

describe('a list of origins', () => {
  const collect = (list: unknown) => {
    const problems = new Problems();
    const origins = [...collectOrigins(list, 'option origins', problems)];
    let message = '';
    try {
      problems.throwIfAny();
    } catch (error) {
      message = String(error);
    }
    return { origins, message };
  };

  it('is read into origins, each once', () => {
    const list = ['https://cards.example.com', 'https://CARDS.example.com:443/', 'http://localhost:3000'];
    expect(collect(list)).toEqual({ origins: ['https://cards.example.com', 'http://localhost:3000'], message: '' });
  });

  it.each([
    ['a path', 'https://canary.example.com/path'],
    ['plain http', 'http://canary.example.com'],
    ['no URL', '*.canary.example.com'],
    ['no string', 5],
    ['null', null],
  ])('names the entry with %s, without quoting it', (_what, entry) => {
    const { origins, message } = collect(['https://cards.example.com', entry]);
    expect(origins).toEqual(['https://cards.example.com']);
    expect(message).toContain('option origins[1] ');
    expect(message).not.toContain('canary');
  });

  it.each(['https://canary.example.com', {}, 5, new Set(['https://canary.example.com'])])(
    'is a list: not %p',
    (list) => {
      const { message } = collect(list);
      expect(message).toContain('option origins must be an array');
      expect(message).not.toContain('canary');
    },
  );
});
