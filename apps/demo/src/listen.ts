import type { INestApplication } from '@nestjs/common';

const DEFAULT_PORT = 3000;

/** Listens on `PORT`, 3000 if that is not set, and returns the address to call. */
export async function listen(app: INestApplication, port: string | undefined): Promise<string> {
  await app.listen(port === undefined || port === '' ? DEFAULT_PORT : Number(port), '127.0.0.1');
  return app.getUrl();
}
