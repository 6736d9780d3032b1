import { access } from 'node:fs/promises';
import { FIXTURES } from '../paths.mjs';
import { installCopy, installTarball } from '../run/npm-install.mjs';

const RESOLUTIONS = ['nodenext', 'bundler'];
const OPTIONAL = ['@nestjs/terminus', '@opentelemetry/api', 'ioredis', 'redis'];
const VARIANTS = {
  lean: { title: 'types without the optional peers', entries: '., /redis and /testing', flags: ['--omit=optional'] },
  full: { title: 'types with the optional peers', entries: 'all entry points', flags: [] },
};

/** Compiles `release/fixtures/types` against the packed declarations, strictly and with `skipLibCheck: false`. */
export function typesCheck({ temporary }, pack, variant) {
  const folder = `${temporary}/types-${variant}`;
  const { title, entries, flags } = VARIANTS[variant];
  return {
    title,
    needs: { tarball: pack },
    run: async (shell, { tarball }) => {
      await installCopy(shell, `${FIXTURES}/types`, folder, flags);
      await installTarball(shell, tarball, folder, flags);
      if (variant === 'lean') await expectNoneOf(OPTIONAL, folder);
      for (const resolution of RESOLUTIONS) {
        const project = `tsconfig.${variant}.${resolution}.json`;
        await shell.run('node_modules/.bin/tsc', ['-p', project, '--pretty', 'false'], { cwd: folder });
      }
      return { note: `${entries}, by ${RESOLUTIONS.join(' and ')}`, value: folder };
    },
  };
}

async function expectNoneOf(names, folder) {
  for (const name of names) {
    const isThere = await access(`${folder}/node_modules/${name}`).then(
      () => true,
      () => false,
    );
    if (isThere) throw new Error(`${name} is installed, although it must not be`);
  }
}
