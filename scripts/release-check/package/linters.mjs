/** Whether the manifest and the files agree, as bundlers and Node read them. */
export function publintCheck(tools, pack) {
  return {
    title: 'publint --strict',
    needs: { folder: tools, tarball: pack },
    run: async (shell, { folder, tarball }) => {
      await shell.run(`${folder}/node_modules/.bin/publint`, [tarball, '--strict'], { cwd: folder });
      return { note: 'no finding' };
    },
  };
}

/**
 * Whether the types of each entry point are found, and are those of the code found. One rule is left out: that CommonJS
 * reaches ES modules here is meant, and works by `require` in every Node of `engines`, as the applications below show.
 */
export function attwCheck(tools, pack) {
  return {
    title: 'are the types wrong?',
    needs: { folder: tools, tarball: pack },
    run: async (shell, { folder, tarball }) => {
      const args = [tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--no-color', '--no-emoji'];
      await shell.run(`${folder}/node_modules/.bin/attw`, args, { cwd: folder });
      return { note: 'clean under node10, node16 from both sides and bundler' };
    },
  };
}
