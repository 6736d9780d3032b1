import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { API_REPORTS } from '../paths.mjs';
import { firstDifference } from './difference.mjs';

const EXTRACT = fileURLToPath(new URL('extract.mjs', import.meta.url));
const UPDATE = 'npm run release:check -- --update-api writes them again; then review the changes';

/** Compares the public API with the reviewed files in `docs/api`; any difference fails. */
export function apiReportsCheck({ temporary, updateApi }, tools, pack, types) {
  const reports = `${temporary}/api`;
  return {
    title: 'public API as reviewed',
    needs: { tools, tarball: pack, types },
    run: async (shell, needed) => {
      // Below the compiled fixture, so that the declarations find its peers.
      const folder = `${needed.types}/unpacked`;
      await mkdir(folder, { recursive: true });
      await shell.run('tar', ['xzf', needed.tarball, '-C', folder, '--strip-components=1']);
      await shell.run(process.execPath, [EXTRACT, needed.tools, folder, reports]);
      const found = await readReports(reports);
      if (updateApi) await writeReports(found);
      const problems = differences(await readReports(API_REPORTS), found);
      if (problems.length > 0) throw new Error([...problems, UPDATE].join('\n'));
      return { note: `${found.size} reports; every export tagged, every member documented` };
    },
  };
}

async function readReports(folder) {
  const names = await readdir(folder).catch(() => []);
  const reports = names.filter((name) => name.endsWith('.api.md')).sort();
  return new Map(await Promise.all(reports.map(async (name) => [name, await readFile(`${folder}/${name}`, 'utf8')])));
}

async function writeReports(reports) {
  await rm(API_REPORTS, { recursive: true, force: true });
  await mkdir(API_REPORTS, { recursive: true });
  for (const [name, text] of reports) await writeFile(`${API_REPORTS}/${name}`, text);
}

function differences(reviewed, found) {
  const names = [...new Set([...reviewed.keys(), ...found.keys()])];
  return names.flatMap((name) => {
    const difference = firstDifference(reviewed.get(name) ?? '', found.get(name) ?? '');
    return difference === undefined ? [] : [`docs/api/${name}, ${difference}`];
  });
}
