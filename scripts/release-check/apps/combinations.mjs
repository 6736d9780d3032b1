/**
 * Not all combinations: each NestJS, module system, HTTP adapter, axios and Node version occurs, and the ends of the peer
 * ranges occur together. An installation takes ten seconds and a run one, so each application runs on two Node versions.
 */
export const APPLICATIONS = [
  { name: 'nest12-esm-express', nodes: ['20.19.0', '26.10.0'], jest: [] },
  { name: 'nest12-commonjs-fastify', nodes: ['22.12.0', '26.10.0'], jest: [] },
  {
    name: 'nest11-commonjs-express',
    nodes: ['20.19.0', '24.21.0'],
    jest: [
      { node: '20.19.0', config: 'jest.transform.json', flags: [], needs: 'one line of configuration' },
      { node: '24.21.0', config: 'jest.json', flags: ['--experimental-vm-modules'], needs: 'one flag of Node' },
    ],
  },
  { name: 'nest11-commonjs-fastify', nodes: ['20.19.0', '24.21.0'], jest: [] },
  { name: 'nest11-webpack', nodes: ['20.19.0'], jest: [], compiler: ['nest', 'build'] },
];
