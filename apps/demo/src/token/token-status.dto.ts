import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  ContaSimplesAuthErrorKind,
  ContaSimplesTokenState,
  ContaSimplesTokenStatus,
} from 'nestjs-conta-simples-auth';

const INSTANT = 'Epoch milliseconds.';

class LastFailure {
  @ApiProperty({ example: 'server_error', type: String })
  kind!: ContaSimplesAuthErrorKind;

  @ApiProperty({ description: INSTANT, example: 1795450975337 })
  at!: number;

  @ApiProperty()
  message!: string;
}

/** `ContaSimplesTokenStatus`, described for OpenAPI. */
export class TokenStatus implements ContaSimplesTokenStatus {
  @ApiProperty({ example: 'default' })
  account!: string;

  @ApiProperty({ enum: ['empty', 'valid', 'degraded', 'cooling', 'closed'], example: 'valid' })
  state!: ContaSimplesTokenState;

  @ApiProperty({ description: 'How many tokens this process has held for the account.', example: 1 })
  generation!: number;

  @ApiPropertyOptional({ description: INSTANT, example: 1795449404333 })
  obtainedAt?: number;

  @ApiPropertyOptional({ description: INSTANT, example: 1795451204333 })
  expiresAt?: number;

  @ApiPropertyOptional({ description: INSTANT, example: 1795450975337 })
  nextRefreshAt?: number;

  @ApiPropertyOptional({
    description: 'Distinguishes tokens without showing them.',
    example: 'sha256:652f4b30abfb',
  })
  fingerprint?: string;

  @ApiPropertyOptional({ type: LastFailure, description: 'Until the next token.' })
  lastFailure?: LastFailure;

  @ApiPropertyOptional({ description: `When the next attempt may be made. ${INSTANT}` })
  retryAt?: number;
}
