/** In the order of the report. */
export const scenarioNames = [
  'cached-token',
  'throughput',
  'tls',
  'proxy',
  'uploads',
  'cold-callers',
  'expiry',
  'revocation',
  'outage',
  'accounts',
  'processes',
  'start',
];

export const scenarioFile = (name) => new URL(`../scenarios/${name}.mjs`, import.meta.url).href;
