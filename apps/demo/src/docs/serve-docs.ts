import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** OpenAPI of the demo's own routes at `/docs`, and as JSON at `/docs-json`. */
export function serveDocs(app: NestExpressApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Demo of nestjs-conta-simples-auth')
    .setDescription(
      'A NestJS application that calls the Conta Simples API. No route accepts or returns a token: the library adds it to the calls to the API.',
    )
    .setVersion('1.0')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    customSiteTitle: 'Demo of nestjs-conta-simples-auth',
  });
}
