import { readdir, readFile } from 'node:fs/promises';
import { WORKFLOWS } from '../paths.mjs';

const USES = /^\s*(?:-\s+)?["']?uses["']?\s*:\s*["']?([^\s"'#]+)/;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

/** Every action of every workflow must be pinned by its full SHA, because a tag can be moved to other code. */
export function workflowsCheck() {
  return {
    title: 'workflows: actions pinned by commit',
    run: async () => {
      const names = (await readdir(WORKFLOWS)).filter((name) => /\.ya?ml$/.test(name));
      const texts = await Promise.all(names.map((name) => readFile(`${WORKFLOWS}/${name}`, 'utf8')));
      const uses = texts.flatMap((text, index) => usesOf(text).map((action) => ({ file: names[index], action })));
      const loose = uses.filter(({ action }) => !PINNED.test(action));
      if (loose.length > 0) throw new Error(loose.map(({ file, action }) => `${file}: ${action}`).join('\n'));
      if (uses.length === 0) throw new Error('no workflow uses any action: the check reads the wrong place');
      return { note: `${uses.length} uses in ${names.length} workflows` };
    },
  };
}

function usesOf(text) {
  return text.split('\n').flatMap((line) => USES.exec(line)?.[1] ?? []);
}
