import { type ArgumentsHost, BadGatewayException, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { isAxiosError } from 'axios';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

/** Converts errors of Conta Simples to answers of this API, instead of a 500. */
@Catch()
export class UpstreamErrorFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): void {
    super.catch(toHttpException(exception) ?? exception, host);
  }
}

function toHttpException(exception: unknown): HttpException | undefined {
  if (isContaSimplesAuthError(exception)) {
    const { kind, message, retryAt } = exception;
    return new HttpException({ statusCode: 503, error: kind, message, retryAt }, 503);
  }
  if (!isAxiosError(exception)) return undefined;
  const { response } = exception;
  // A 400 is about the caller's parameters and is passed on; other errors are not the caller's.
  if (response?.status === 400) return new HttpException(response.data as object, 400);
  return new BadGatewayException(`Conta Simples answered ${response?.status ?? 'nothing'}`);
}
