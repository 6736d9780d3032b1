import type { AddressInfo } from 'node:net';
import { Controller, Get, type INestApplication, Injectable, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import type { Printed } from '@support/canaries.js';
import type { LogBook } from './log-book.js';

/** A real application whose routes throw on request, and let Nest's default filter answer for it. */
export async function startFailingApp(log: LogBook) {
  const failures: unknown[] = [];
  @Controller()
  class FailingController {
    @Get('failures/:index')
    async fail(@Param('index') index: string) {
      throw failures[Number(index)];
    }
  }
  @Module({ controllers: [FailingController] })
  class FailingApp {}
  const app: INestApplication = await NestFactory.create(FailingApp, { logger: log });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const answerTo = async (failure: unknown): Promise<Printed> => {
    const index = failures.push(failure) - 1;
    const response = await fetch(`http://127.0.0.1:${port}/failures/${index}`);
    const text = [response.statusText, JSON.stringify([...response.headers]), await response.text()].join('\n');
    if (response.status !== 500) throw new Error(`The default filter answered ${response.status}`);
    return { channel: 'the default exception filter', text };
  };
  return { answerTo, close: () => app.close() };
}

/** Lets a job of @nestjs/schedule reject with these errors, one after the other, and its logger tell of them. */
export async function failInJob(failures: readonly unknown[], log: LogBook): Promise<void> {
  const left = [...failures];
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  @Injectable()
  class Job {
    @Interval(1)
    async fail(): Promise<void> {
      if (left.length === 0) finish();
      else throw left.shift();
    }
  }
  @Module({ imports: [ScheduleModule.forRoot()], providers: [Job] })
  class JobApp {}
  const app = await NestFactory.createApplicationContext(JobApp, { logger: log, abortOnError: false });
  await finished;
  await app.close();
}
