import { Module } from '@nestjs/common';
import { Backend } from './backend.js';

// ConfigModule has read .env by the time the factory runs: what is missing then is missing for good.
@Module({
  providers: [{ provide: Backend, useFactory: () => Backend.choose(process.env) }],
  exports: [Backend],
})
export class BackendModule {}
