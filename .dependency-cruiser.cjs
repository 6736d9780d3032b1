/** Which file may import which: no circles, and the layers of docs/architecture.md. @type {import('dependency-cruiser').IConfiguration} */
const SRC = '^libs/conta-simples-auth/src';

/** The folders that the sources of a folder may import, beside their own; docs/architecture.md has the same table. */
const LAYERS = {
  support: [],
  model: ['support'],
  token: ['model', 'support'],
  accounts: ['token', 'model', 'support'],
  oauth: ['token', 'model', 'support'],
  http: ['token', 'model', 'support'],
  store: ['token', 'model', 'support'],
  observability: ['token', 'model', 'support'],
  options: ['accounts', 'observability', 'store', 'token', 'model', 'support'],
  assembly: ['options', 'accounts', 'oauth', 'http', 'store', 'observability', 'token', 'model', 'support'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(LAYERS).map(([folder, allowed]) => ({
      name: `layer-${folder}`,
      severity: 'error',
      from: { path: `${SRC}/${folder}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: `${SRC}/`, pathNot: `${SRC}/(${[folder, ...allowed].join('|')})/` },
    })),
    {
      name: 'token-without-framework',
      comment: 'The core of a token knows neither Nest nor an HTTP client nor Redis.',
      severity: 'error',
      from: { path: `${SRC}/token/`, pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'not-to-test-code',
      severity: 'error',
      from: { path: `${SRC}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
