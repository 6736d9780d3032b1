import { readFile } from 'node:fs/promises';

/** Samples of each kind: a static method, a service, options, a union, each entry point. */
const DOCUMENTED = [
  ['nest/conta-simples-auth.module.d.ts', 'static forRoot('],
  ['nest/conta-simples-auth.module.d.ts', 'static forRootAsync('],
  ['options/options.d.ts', 'requestTimeoutMs?:'],
  ['options/options.d.ts', 'refreshAt?:'],
  ['nest/token.service.d.ts', 'getToken('],
  ['http/axios/auth.interceptor.d.ts', 'attach('],
  ['model/access-token.d.ts', 'readonly expiresAt:'],
  ['model/auth-error.d.ts', 'export declare class ContaSimplesAuthError'],
  ['model/failure-kinds.d.ts', 'export type ContaSimplesAuthErrorKind'],
  ['store/token-store.d.ts', 'export interface TokenStore'],
  ['redis/redis-token-store.d.ts', 'export declare function redisTokenStore'],
  ['testing/emulator/emulator.d.ts', 'export declare function startContaSimplesEmulator'],
  ['terminus/health.indicator.d.ts', 'isHealthy<'],
  ['opentelemetry/open-telemetry.d.ts', 'export declare function openTelemetry'],
];

/** Checks that the declarations contain the comments, so that editors show units, ranges and defaults. */
export function docCommentsCheck(build) {
  return {
    title: 'doc comments are in the declarations',
    needs: { folder: build },
    run: async (_shell, { folder }) => {
      const bare = [];
      for (const [file, declaration] of DOCUMENTED) {
        const text = await readFile(`${folder}/dist/${file}`, 'utf8');
        if (!isDocumented(text.split('\n'), declaration)) bare.push(`${file}: no comment above ${declaration}`);
      }
      if (bare.length > 0) throw new Error(bare.join('\n'));
      return { note: `${DOCUMENTED.length} samples` };
    },
  };
}

/** Whether the line above the declaration ends a comment. */
function isDocumented(lines, declaration) {
  const at = lines.findIndex((line) => line.trim().startsWith(declaration));
  return at > 0 && lines[at - 1].trim().endsWith('*/');
}
