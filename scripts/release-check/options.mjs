import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Checks the package as it arrives in somebody's node_modules. Prints a table; exits with 1 if a check failed.

  npm run release:check -- [options]

  --full            everything (default)
  --quick           without the applications and the Node versions they run on, which are most of the installing
  --update-api      write docs/api/*.api.md anew, to be reviewed
  --out <folder>    keep the tarball and its bill of materials there
  --docs <folder>   nothing but the API reference, into that folder
  --keep            keep the temporary folder, and tell where it is
  --help            this text
`;

/** @throws TypeError of `parseArgs` for an option that does not exist */
export function parseOptions(args) {
  const flag = { type: 'boolean', default: false };
  const folder = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: { full: flag, quick: flag, 'update-api': flag, keep: flag, help: flag, out: folder, docs: folder },
  });
  const { quick, keep, help, out, docs } = values;
  const absolute = (path) => (path === undefined ? undefined : resolve(path));
  return { quick, keep, help, updateApi: values['update-api'], out: absolute(out), docs: absolute(docs) };
}
