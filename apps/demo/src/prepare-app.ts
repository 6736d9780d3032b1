import type { NestExpressApplication } from '@nestjs/platform-express';
import { servePage } from './dashboard/serve-page.js';
import { serveDocs } from './docs/serve-docs.js';

/** What is not a route of a controller: the page, its headers, and the docs. */
export function prepareApp(app: NestExpressApplication): void {
  servePage(app);
  serveDocs(app);
}
