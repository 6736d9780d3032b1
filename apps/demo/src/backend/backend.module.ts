import { Module } from '@nestjs/common';
import { Backend } from './backend.js';

// A factory, because ConfigModule has loaded .env when it runs.
@Module({
  providers: [{ provide: Backend, useFactory: () => Backend.choose(process.env) }],
  exports: [Backend],
})
export class BackendModule {}
