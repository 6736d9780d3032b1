import { describe, expect, it } from '@jest/globals';
import { Problems } from './problems.js';

describe('Problems', () => {
  it('is silent where there are none', () => {
    expect(() => new Problems().throwIfAny()).not.toThrow();
  });

  it('tells all of them in one error, each once', () => {
    const problems = new Problems();
    problems.add('A', 'is missing');
    problems.add('B', 'is blank');
    problems.add('A', 'is missing');
    expect(() => problems.throwIfAny()).toThrow(
      expect.objectContaining({
        kind: 'configuration',
        message:
          'ContaSimplesAuthModule cannot start, 2 settings are missing or wrong:\n  - A is missing\n  - B is blank' +
          '\nValues are not shown. Correct these settings and start again.',
      }),
    );
  });

  it('gives them as data, with what kind each is of', () => {
    const problems = new Problems();
    problems.add('A', 'is missing', 'missing');
    problems.add('B', 'is odd');
    problems.warn('C', 'has a #');
    problems.explain('missing', (setting) => `${setting}_ is set`);
    expect(problems.list).toEqual([
      { setting: 'A', what: 'is missing; A_ is set', code: 'missing' },
      { setting: 'B', what: 'is odd', code: 'invalid' },
    ]);
    expect(problems.warnings).toEqual([{ setting: 'C', what: 'has a #', code: 'suspicious' }]);
  });

  it('tells hints after the list, and stops no start by a hint or a warning alone', () => {
    const problems = new Problems();
    problems.hint('The file .env was not loaded');
    problems.warn('C', 'has a #');
    expect(() => problems.throwIfAny()).not.toThrow();
    problems.add('A', 'is missing');
    expect(() => problems.throwIfAny()).toThrow(
      '  - A is missing\nThe file .env was not loaded.\nValues are not shown',
    );
  });

  it('counts a single one in the singular', () => {
    const problems = new Problems();
    problems.add('A', 'is missing');
    expect(() => problems.throwIfAny()).toThrow('one setting is missing or wrong');
  });
});
