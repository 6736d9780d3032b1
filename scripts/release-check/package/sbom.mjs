import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { PACKAGE } from '../paths.mjs';

const FORMAT = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
const OMIT = ['--omit', 'dev', '--omit', 'optional'];

/** The bill of materials: the library, and its peers in the versions that a new installation gets today. */
export function sbomCheck({ temporary, out }, build) {
  // npm uses the name of the folder as the name of the component.
  const folder = `${temporary}/sbom/${PACKAGE}`;
  return {
    title: 'npm sbom (CycloneDX)',
    needs: { built: build },
    run: async (shell, { built }) => {
      await mkdir(folder, { recursive: true });
      await copyFile(`${built}/package.json`, `${folder}/package.json`);
      const lock = ['install', '--package-lock-only', '--ignore-scripts', '--omit=optional'];
      await shell.run('npm', lock, { cwd: folder });
      const text = await shell.run('npm', ['sbom', ...FORMAT, ...OMIT], { cwd: folder });
      const own = await shell.run('npm', ['sbom', ...FORMAT, ...OMIT, '--omit', 'peer'], { cwd: folder });
      const manifest = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
      const bill = JSON.parse(text);
      const problems = billProblems(bill, JSON.parse(own), manifest);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      if (out !== undefined) await writeFile(`${out}/${PACKAGE}-${manifest.version}.cdx.json`, text);
      return { note: `0 runtime dependencies, ${bill.components.length} components with the peers' own` };
    },
  };
}

function billProblems(bill, own, { name, version, peerDependencies }) {
  const reference = `${name}@${version}`;
  const direct = bill.dependencies.find(({ ref }) => ref === reference)?.dependsOn ?? [];
  const strangers = direct.filter((ref) => !(ref.slice(0, ref.lastIndexOf('@')) in peerDependencies));
  return [
    ...(bill.bomFormat === 'CycloneDX' ? [] : [`bomFormat is ${bill.bomFormat}`]),
    ...(bill.metadata.component['bom-ref'] === reference
      ? []
      : [`the bill is of ${bill.metadata.component['bom-ref']}`]),
    ...(direct.length > 0 ? [] : ['no peer is named']),
    ...strangers.map((ref) => `${ref} is a dependency and not a peer`),
    ...own.components.map((component) => `${component.name} is a direct dependency`),
  ];
}
