import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ContaSimplesAuthModule, ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { openTelemetry } from 'nestjs-conta-simples-auth/opentelemetry';
import {
  type ContaSimplesEmulator,
  EMULATOR_CREDENTIALS,
  startContaSimplesEmulator,
} from 'nestjs-conta-simples-auth/testing';
import { MetricsModule } from './metrics.module.js';

let emulator: ContaSimplesEmulator;
let app: INestApplication;

beforeEach(async () => {
  emulator = await startContaSimplesEmulator();
  @Module({
    imports: [
      MetricsModule,
      ContaSimplesAuthModule.forRootAsync({
        imports: [MetricsModule],
        inject: [MeterProvider],
        useFactory: (meterProvider: MeterProvider) => ({
          baseUrl: emulator.baseUrl,
          ...EMULATOR_CREDENTIALS,
          telemetry: openTelemetry({ meterProvider }),
        }),
      }),
    ],
  })
  class TestApp {}
  app = await NestFactory.create(TestApp, { logger: false });
  await app.listen(0, '127.0.0.1');
});

afterEach(async () => {
  await app.close();
  await emulator.close();
});

describe('GET /metrics', () => {
  it('shows in the format of Prometheus what the server has counted, and no token', async () => {
    const { value } = await app.get(ContaSimplesTokenService).getToken();
    const response = await fetch(`${await app.getUrl()}/metrics`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const requests = /^conta_simples_auth_token_requests_total\{.*conta_simples_auth_cause="first".*\} (\d+)$/m.exec(
      text,
    );
    expect(Number(requests?.[1])).toBe(emulator.counts.token.total);
    expect(text).toMatch(/^conta_simples_auth_token_state\{.*conta_simples_auth_state="valid".*\} 1$/m);
    expect(text).not.toContain(value.slice(0, 12));
    expect(text).not.toContain(EMULATOR_CREDENTIALS.apiSecret);
  });
});
