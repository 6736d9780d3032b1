import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const HELP = `Checks the package as users install it. Prints a table; exits with 1 if a check failed.

  npm run release:check -- [options]

  --full            all checks (default)
  --quick           without the applications and their Node versions, which need most of the installations
  --update-api      write docs/api/*.api.md again, for review
  --out <folder>    keep the tarball and its bill of materials there
  --docs <folder>   only the API reference, into that folder
  --keep            keep the temporary folder and print its path
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
