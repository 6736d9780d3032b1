import type { NestExpressApplication } from '@nestjs/platform-express';
import { ownCallersOnly } from './callers/own-callers.js';
import { servePage } from './dashboard/serve-page.js';
import { serveDocs } from './docs/serve-docs.js';

/** What is not a route of a controller: who is answered, the page, its headers, and the docs. */
export function prepareApp(app: NestExpressApplication): void {
  app.use(ownCallersOnly(process.env.DEMO_HOSTS));
  servePage(app);
  serveDocs(app);
}
