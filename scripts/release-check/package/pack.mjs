import { mkdir, readFile } from 'node:fs/promises';
import { fileProblems } from './file-rules.mjs';
import { manifestProblems } from './manifest-rules.mjs';

const MOST_PACKED_KB = 320;
const MOST_UNPACKED_KB = 1_000;

/** `npm pack` of the built library: checks its files, its manifest and its size. */
export function packCheck({ temporary, out }, build) {
  const destination = out ?? `${temporary}/tarball`;
  return {
    title: 'npm pack: files, manifest, size',
    needs: { folder: build },
    run: async (shell, { folder }) => {
      await mkdir(destination, { recursive: true });
      const answer = await shell.run('npm', ['pack', '--json', '--pack-destination', destination], { cwd: folder });
      const [packed] = Object.values(JSON.parse(answer.slice(answer.search(/^[[{]/m))));
      const manifest = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
      const paths = packed.files.map(({ path }) => path);
      const [packedKb, unpackedKb] = [packed.size / 1_000, packed.unpackedSize / 1_000];
      const problems = [
        ...fileProblems(packed.files, manifest),
        ...manifestProblems(manifest),
        ...(packedKb > MOST_PACKED_KB ? [`${packedKb} kB packed, more than ${MOST_PACKED_KB}`] : []),
        ...(unpackedKb > MOST_UNPACKED_KB ? [`${unpackedKb} kB unpacked, more than ${MOST_UNPACKED_KB}`] : []),
      ];
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const sizes = `${packedKb.toFixed(0)} of ${MOST_PACKED_KB} kB, unpacked ${unpackedKb.toFixed(0)} of ${MOST_UNPACKED_KB}`;
      const hint =
        manifest.repository === undefined ? '; without a repository, which is known only when publishing' : '';
      return { note: `${paths.length} files, ${sizes}${hint}`, value: `${destination}/${packed.filename}` };
    },
  };
}
