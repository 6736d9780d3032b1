import { type ArgumentsHost, BadGatewayException, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { isAxiosError } from 'axios';
import { isContaSimplesAuthError } from 'nestjs-conta-simples-auth';

/** Turns what comes from Conta Simples into answers of this API, in place of a 500. */
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
  // What the service says of a wrong parameter is for the caller; anything else is this API's problem, not theirs.
  if (response?.status === 400) return new HttpException(response.data as object, 400);
  return new BadGatewayException(`Conta Simples answered ${response?.status ?? 'nothing'}`);
}
