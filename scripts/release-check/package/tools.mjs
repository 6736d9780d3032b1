import { RELEASE } from '../paths.mjs';
import { installCopy } from '../run/npm-install.mjs';

/** publint, attw, API Extractor and TypeDoc, from `release/tools`, below the temporary folder. */
export function toolsCheck({ temporary }) {
  const folder = `${temporary}/tools`;
  return {
    title: 'npm ci: tools',
    run: async (shell) => {
      await installCopy(shell, `${RELEASE}/tools`, folder);
      return { note: 'release/tools', value: folder };
    },
  };
}
