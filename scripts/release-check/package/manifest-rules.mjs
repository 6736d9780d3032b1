const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
const RUNTIME = ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'];
const TEXTS = ['name', 'version', 'description', 'license', 'main', 'types'];
const OPTIONAL_PEERS = ['@nestjs/terminus', '@opentelemetry/api'];

/** Rules for the manifest: only peer dependencies, no install scripts, no side effects, types for every entry point. */
export function manifestProblems(manifest) {
  const { scripts = {}, exports, typesVersions, peerDependenciesMeta = {} } = manifest;
  const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  const optional = Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name].optional);
  const checks = [
    ...TEXTS.map((name) => [typeof manifest[name] === 'string' && manifest[name] !== '', `${name} is missing`]),
    ...AT_INSTALL.map((name) => [!(name in scripts), `the script ${name} would run at install`]),
    ...RUNTIME.map((name) => [!(name in manifest), `${name}: only peers are allowed`]),
    ...entries.map(([path, target]) => [Object.keys(target)[0] === 'types', `exports ${path}: types must come first`]),
    ...entries.slice(1).map(([path, target]) => [
      // For moduleResolution node10, the one of NestJS 11's older templates, which reads no exports.
      typesVersions?.['*']?.[path.slice(2)]?.[0] === target.types,
      `typesVersions does not give ${path} the types of its exports`,
    ]),
    [manifest.type === 'module', 'type is not module'],
    [manifest.sideEffects === false, 'sideEffects is not false'],
    [manifest.keywords?.length > 0, 'keywords are missing'],
    [manifest.engines?.node !== undefined, 'engines.node is missing'],
    [optional.sort().join() === OPTIONAL_PEERS.join(), `optional peers are ${optional}, not ${OPTIONAL_PEERS}`],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => `package.json: ${problem}`);
}
