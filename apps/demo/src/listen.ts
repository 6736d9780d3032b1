import type { INestApplication } from '@nestjs/common';

const DEFAULT_PORT = 3000;

/** Listens on `PORT`, default 3000, and returns the URL. */
export async function listen(app: INestApplication, port: string | undefined): Promise<string> {
  await app.listen(port === undefined || port === '' ? DEFAULT_PORT : Number(port), '127.0.0.1');
  return app.getUrl();
}
