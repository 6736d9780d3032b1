import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Check, fail, ok } from './check.js';
import type { Way } from './route.js';
import { codeOf, withinMs } from './step.js';

const SHOWN = 4;

/** Whether the name has an address: that of the API, or that of the proxy, which then resolves the API's by itself. */
export async function checkName({ target, proxy }: Way, timeoutMs: number): Promise<Check> {
  const host = proxy?.host ?? target.host;
  const what = proxy ? `the proxy ${host}` : host;
  if (isIP(host) !== 0) return ok('name', `${what} is an address, there is no name to resolve`);
  try {
    const addresses = await withinMs(timeoutMs, lookup(host, { all: true }));
    const shown = addresses.slice(0, SHOWN).map(({ address }) => address);
    const more = addresses.length > SHOWN ? ` and ${addresses.length - SHOWN} more` : '';
    return ok('name', `${what} is ${shown.join(', ')}${more}`);
  } catch (error) {
    const code = codeOf(error);
    const check = proxy ? `the address in ${proxy.variable}` : 'the base URL for a typing error';
    if (code === 'ENOTFOUND') {
      return fail(
        'name',
        `${what} has no address (ENOTFOUND)`,
        `Check ${check}, then the resolver of this machine or container.`,
      );
    }
    const remedy =
      'The resolver of this machine or container does not answer: check its DNS servers and network policy.';
    return fail('name', `${what} could not be resolved (${code})`, remedy);
  }
}
