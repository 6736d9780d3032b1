import { build } from 'esbuild';

/** What NestJS loads if it is there. */
const OPTIONAL = [
  '@nestjs/microservices',
  '@nestjs/microservices/*',
  '@nestjs/platform-express',
  '@nestjs/websockets/*',
  'class-transformer',
  'class-transformer/*',
  'class-validator',
];
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** Writes a whole application, the built library included, into one file; `.mjs` and `.cjs` say as what. */
export async function bundleApplication(script: string, outfile: string): Promise<void> {
  const format = outfile.endsWith('.cjs') ? 'cjs' : 'esm';
  await build({
    entryPoints: [script],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    keepNames: true,
    external: OPTIONAL,
    logLevel: 'error',
    ...(format === 'esm' && { banner: { js: REQUIRE } }),
  });
}
