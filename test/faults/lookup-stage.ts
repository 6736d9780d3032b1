import type { LookupAddress, LookupOptions } from 'node:dns';
import { allGone, frontOptions, openFront } from './front.js';
import type { Stage } from './row.js';

type Answered = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
type Answer = (answered: (result: LookupAddress[] | string) => void) => void;

const GOOD: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];

/** An error code, or addresses. */
export const resolvesTo =
  (result: LookupAddress[] | string): Answer =>
  (answered) =>
    answered(result);

/**
 * A name that resolves as the row says, through the `lookup` of an agent: what Node would ask of the system is asked of
 * the test, and counted.
 */
export function lookedUp(answer: Answer) {
  return async (lifeSeconds: number): Promise<Stage> => {
    const front = await openFront(lifeSeconds);
    let lookups = 0;
    let resolve = resolvesTo(GOOD);
    const lookup = (_name: string, { all }: LookupOptions, answered: Answered) => {
      lookups++;
      resolve((result) => {
        if (typeof result === 'string') answered(Object.assign(new Error(result), { code: result }), '');
        else if (all) answered(null, result);
        else answered(null, result[0]?.address ?? '', result[0]?.family);
      });
    };
    return {
      options: frontOptions(front, { lookup }),
      arrivals: () => ({ requests: front.requests(), attempts: lookups }),
      strike: () => {
        resolve = answer;
      },
      repair: () => {
        resolve = resolvesTo(GOOD);
      },
      facts: () => allGone(front),
      close: () => front.close(),
    };
  };
}
