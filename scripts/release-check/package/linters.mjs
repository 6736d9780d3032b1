/** Checks that manifest and files agree for bundlers and Node. */
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
 * Checks that the types of each entry point are found and match the code. One rule is off: CommonJS resolves to ES modules
 * on purpose, and `require` loads them in every Node of `engines`, as the applications verify.
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
