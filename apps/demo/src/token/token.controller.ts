import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ContaSimplesTokenService } from 'nestjs-conta-simples-auth';
import { TokenStatus } from './token-status.dto.js';

@ApiTags('Token')
@Controller('token')
export class TokenController {
  constructor(private readonly tokens: ContaSimplesTokenService) {}

  /** The state of the token, never the token. */
  @Get()
  @ApiOperation({ summary: 'The state of the default account’s token, never the token' })
  @ApiOkResponse({ type: TokenStatus })
  status(): TokenStatus {
    return this.tokens.status();
  }
}
