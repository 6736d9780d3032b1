// Run by npm around `npm pack` and `npm publish`, in the library's folder: the documents stand at the root of the
// repository, and a package carries them at its own root. npm takes them from no other place.
import { copyFileSync, rmSync } from 'node:fs';

const DOCUMENTS = ['README.md', 'LICENSE', 'CHANGELOG.md'];
const ROOT = new URL('../../../', import.meta.url);
const [action] = process.argv.slice(2);

for (const name of DOCUMENTS) {
  if (action === 'copy') copyFileSync(new URL(name, ROOT), name);
  else rmSync(name, { force: true });
}
