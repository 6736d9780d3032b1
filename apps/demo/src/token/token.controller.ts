import { Controller, Get } from '@nestjs/common';
import { ContaSimplesTokenService, type ContaSimplesTokenStatus } from 'nestjs-conta-simples-auth';

@Controller('token')
export class TokenController {
  constructor(private readonly tokens: ContaSimplesTokenService) {}

  /** The state of the token, never the token. */
  @Get()
  status(): ContaSimplesTokenStatus {
    return this.tokens.status();
  }
}
