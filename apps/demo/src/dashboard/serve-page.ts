import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';

// Valid for the sources and for the build: both folders are two levels below the demo's.
const PAGE = fileURLToPath(new URL('../../dashboard/public', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../../dist/page', import.meta.url));
const UPLOT = dirname(createRequire(import.meta.url).resolve('uplot'));

const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
/** Swagger UI has inline styles, and images in its style sheet. */
const DOCS_POLICY = `${POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:`;

/** Serves the page, its scripts and the chart library; nothing is loaded from other hosts. */
export function servePage(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    response.setHeader('Content-Security-Policy', request.url?.startsWith('/docs') ? DOCS_POLICY : POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  app.useStaticAssets(PAGE);
  app.useStaticAssets(SCRIPTS, { prefix: '/page/' });
  app.useStaticAssets(UPLOT, { prefix: '/vendor/uplot/' });
}
