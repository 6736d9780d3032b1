import { applyDecorators } from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiProperty,
  ApiPropertyOptional,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';

/** No token was available, so nothing was sent. */
export class NoToken {
  @ApiProperty({ example: 503 })
  statusCode!: number;

  @ApiProperty({ description: 'The `kind` of the `ContaSimplesAuthError`.', example: 'rate_limited' })
  error!: string;

  @ApiProperty({ description: 'What happened, to which account, and what to do.' })
  message!: string;

  @ApiPropertyOptional({
    description: 'When the next attempt may be made, epoch milliseconds.',
    example: 1795451204333,
  })
  retryAt?: number;
}

/** Conta Simples returned an error that this API does not pass on. */
export class BadUpstreamAnswer {
  @ApiProperty({ example: 502 })
  statusCode!: number;

  @ApiProperty({ example: 'Bad Gateway' })
  error!: string;

  @ApiProperty({ example: 'Conta Simples answered 503' })
  message!: string;
}

/** Error answers of every route that calls Conta Simples. */
export function ApiUpstreamErrors(): ClassDecorator {
  return applyDecorators(
    ApiServiceUnavailableResponse({ type: NoToken, description: 'No token was available' }),
    ApiBadGatewayResponse({ type: BadUpstreamAnswer, description: 'Conta Simples failed' }),
  );
}
