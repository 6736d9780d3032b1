/** What `npm run` adds is about this repository, and would mislead an npm that works in another folder. */
const OURS =
  /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|workspace|workspaces|noproxy))|INIT_CWD$|NODE_OPTIONS$)/i;

/** The caller's environment, for npm and compilers: its proxy, registry and cache are kept. */
export function toolEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  return { ...Object.fromEntries(kept), npm_config_audit: 'false', npm_config_fund: 'false', NO_COLOR: '1' };
}

/** No more than an application needs, so that no setting of this machine decides what it does. */
export function applicationEnvironment(variables = {}) {
  const { PATH = '' } = process.env;
  return { PATH, NO_COLOR: '1', ...variables };
}
