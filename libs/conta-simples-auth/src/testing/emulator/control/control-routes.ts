import type { CredentialRotation } from '../accounts.js';
import type { EndpointLatencyMs, LatencyMs } from '../emulator-options.js';
import type { Fault, FaultHandle, FaultOptions } from '../faults/fault.js';
import type { Exchange } from '../http/exchange.js';
import { apiError, badRequest, jsonReply, methodNotAllowed, notFound, type Reply } from '../http/reply.js';
import type { EmulatorCounts } from '../requests/request-counts.js';
import type { RequestRecord, RequestTarget } from '../requests/request-record.js';
import { type ControlHosts, rejectionOfCaller } from './control-caller.js';
import {
  type ControlInput,
  toFaultScript,
  toLatency,
  toOptionalString,
  toRotation,
  toSeconds,
} from './control-input.js';

const PREFIX = '/__emulator/';
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** The part of the emulator that the control routes use. */
interface Controlled {
  readonly counts: EmulatorCounts;
  resetCounts(): void;
  readonly requests: readonly RequestRecord[];
  fail(target: RequestTarget, fault: Fault, options?: FaultOptions): FaultHandle;
  clearFaults(): void;
  revokeTokens(account?: string): number;
  rotate(apiKey?: string, rotation?: CredentialRotation): unknown;
  tokenTtlSeconds: number;
  get latencyMs(): EndpointLatencyMs;
  set latencyMs(latency: LatencyMs);
}

type ControlRoute = (emulator: Controlled, input: ControlInput) => unknown;

/** The control API, for the CLI and other languages. Each route is a method or property of the emulator. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, ControlRoute>>>> = {
  counts: {
    GET: (emulator) => emulator.counts,
    DELETE: (emulator) => emulator.resetCounts(),
  },
  requests: {
    GET: (emulator) => ({ requests: emulator.requests }),
  },
  faults: {
    POST: (emulator, input) => {
      const { target, fault, options } = toFaultScript(input);
      return { remaining: finiteOrNull(emulator.fail(target, fault, options).remaining) };
    },
    DELETE: (emulator) => emulator.clearFaults(),
  },
  revoke: {
    POST: (emulator, input) => ({ revoked: emulator.revokeTokens(toOptionalString(input, 'account')) }),
  },
  rotate: {
    POST: (emulator, input) => emulator.rotate(...toRotation(input)),
  },
  'token-ttl': {
    POST: (emulator, input) => {
      emulator.tokenTtlSeconds = toSeconds(input);
      return { seconds: emulator.tokenTtlSeconds };
    },
  },
  latency: {
    POST: (emulator, input) => {
      emulator.latencyMs = toLatency(input);
      return emulator.latencyMs;
    },
  },
};

export function isControlPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Answers a control call. Control calls are not counted, not rate limited and not affected by faults. */
export async function answerControl(exchange: Exchange, emulator: Controlled, hosts: ControlHosts): Promise<void> {
  const { status, headers, body } = await route(exchange, emulator, hosts);
  const complete = { ...headers, date: new Date().toUTCString(), 'x-request-id': exchange.id };
  exchange.send({ status, body, headers: { ...complete, 'content-length': `${body.length}` } });
}

async function route(exchange: Exchange, emulator: Controlled, hosts: ControlHosts): Promise<Reply> {
  const rejection = rejectionOfCaller(exchange, hosts);
  if (rejection !== undefined) {
    return apiError(403, rejection);
  }
  const name = exchange.path.slice(PREFIX.length);
  const methods = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (methods === undefined) {
    return notFound(`The control routes are ${Object.keys(ROUTES).join(', ')}`);
  }
  const run = Object.hasOwn(methods, exchange.method) ? methods[exchange.method] : undefined;
  if (run === undefined) {
    return methodNotAllowed(Object.keys(methods).join(', '));
  }
  // A page of another site can send other types without a CORS preflight.
  if (exchange.hasBody && !/^application\/json *(;|$)/i.test(exchange.headers['content-type'] ?? '')) {
    return apiError(415, 'The body of a control call has Content-Type: application/json');
  }
  try {
    const input = exchange.method === 'POST' ? await readJson(exchange) : {};
    return jsonReply(200, run(emulator, input) ?? {});
  } catch (error) {
    return badRequest(error instanceof Error ? error.message : String(error));
  }
}

async function readJson(exchange: Exchange): Promise<ControlInput> {
  const body = await exchange.readBody(BODY_LIMIT_BYTES);
  if (body === undefined) {
    throw new TypeError('The body of a control call is limited to 4 MiB.');
  }
  const input: unknown = body.length === 0 ? {} : parseJson(body.toString('utf8'));
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new TypeError('The body must be a JSON object.');
  }
  return { ...input };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('The body must be JSON.');
  }
}

/** JSON has no infinity; `null` stands for a fault without a limit. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
