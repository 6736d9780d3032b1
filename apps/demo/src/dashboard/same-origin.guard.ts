import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';

/** Any page in the same browser can send requests to this machine; only our own may press our buttons. */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (method === 'GET' || headers.origin === undefined) return true;
    if (originHost(headers.origin) === headers.host) return true;
    throw new ForbiddenException('The dashboard takes orders from its own page only');
  }
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
