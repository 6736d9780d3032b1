/** The name of each entry point's report, and its declarations in the package. */
export function entryPointsOf({ exports }) {
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path, { types }]) => ({ name: path === '.' ? 'index' : path.slice(2), types: types.replace(/^\.\//, '') }));
}
