// Run by npm around `npm pack` and `npm publish`, in the library's folder: the documents are at the root of the
// repository, and npm packs only those at the root of the package.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const DOCUMENTS = ['README.md', 'LICENSE', 'CHANGELOG.md'];
const ROOT = new URL('../../../', import.meta.url);
const FENCED = /^(```[\s\S]*?^```)$/m;
const RELATIVE_LINK = /(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)\s]+)\)/g;
const [action] = process.argv.slice(2);

for (const name of DOCUMENTS) {
  if (action === 'copy') writeFileSync(name, withAbsoluteLinks(readFileSync(new URL(name, ROOT), 'utf8')));
  else rmSync(name, { force: true });
}

/** A package's page shows the README without the linked files, whose URL is known only when publishing. */
function withAbsoluteLinks(text) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit = 'HEAD' } = process.env;
  if (!server || !repository) return text;
  const absolute = (_link, image, label, path) =>
    `${image}${label}(${server}/${repository}/${image ? 'raw' : 'blob'}/${commit}/${path})`;
  // `split` with a group puts the fenced blocks at odd indexes.
  return text
    .split(FENCED)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(RELATIVE_LINK, absolute)))
    .join('');
}
