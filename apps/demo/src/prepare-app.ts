import type { NestExpressApplication } from '@nestjs/platform-express';
import { ownCallersOnly } from './callers/own-callers.js';
import { servePage } from './dashboard/serve-page.js';
import { serveDocs } from './docs/serve-docs.js';

/** Everything except the controllers' routes: the check of callers, the page with its headers, and the docs. */
export function prepareApp(app: NestExpressApplication): void {
  app.use(ownCallersOnly(process.env.DEMO_HOSTS));
  servePage(app);
  serveDocs(app);
}
