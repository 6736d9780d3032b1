import { describe, expect, it } from '@jest/globals';
import { Problems, problemsIn } from './problems.js';

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
          '\nValues are not shown. Mend these settings and start again.',
      }),
    );
  });

  it('can be read from the message again', () => {
    const problems = new Problems();
    for (const setting of ['A', 'B']) problems.add(setting, 'is missing');
    let message = '';
    try {
      problems.throwIfAny();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(problemsIn(message)).toEqual(['A is missing', 'B is missing']);
  });

  it('counts a single one in the singular', () => {
    const problems = new Problems();
    problems.add('A', 'is missing');
    expect(() => problems.throwIfAny()).toThrow('one setting is missing or wrong');
  });
});
