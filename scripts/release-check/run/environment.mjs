/** Variables that `npm run` adds for this repository; they must not affect npm in another folder. */
const OURS =
  /^(npm_(package|lifecycle|command|config_(local_prefix|prefix|workspace|workspaces|noproxy))|INIT_CWD$|NODE_OPTIONS$)/i;

/** The caller's environment, for npm and compilers: its proxy, registry and cache are kept. */
export function toolEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  return { ...Object.fromEntries(kept), npm_config_audit: 'false', npm_config_fund: 'false', NO_COLOR: '1' };
}

/** Only what an application needs, so that settings of this machine have no effect. */
export function applicationEnvironment(variables = {}) {
  const { PATH = '' } = process.env;
  return { PATH, NO_COLOR: '1', ...variables };
}
