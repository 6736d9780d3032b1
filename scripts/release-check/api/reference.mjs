import { readdir } from 'node:fs/promises';
import { RELEASE, ROOT } from '../paths.mjs';

/** The API reference as HTML. Warnings (a dead link, a type without a page) are errors. */
export function referenceCheck({ temporary, docs }, tools) {
  const folder = docs ?? `${temporary}/api-html`;
  return {
    title: 'API reference by TypeDoc, no warning',
    needs: { tools },
    run: async (shell, needed) => {
      const options = ['--options', `${RELEASE}/typedoc.json`, '--out', folder];
      await shell.run(`${needed.tools}/node_modules/.bin/typedoc`, options, { cwd: ROOT });
      const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
      return { note: `${pages.length} pages${docs === undefined ? '' : ` in ${docs}`}` };
    },
  };
}
