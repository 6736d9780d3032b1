import type { ContaSimplesTelemetry } from '../observability/telemetry.js';
import type { ContaSimplesAuthOptions } from './options.js';
import type { Problems } from './problems.js';

/** Checks that a telemetry is one: `openTelemetry` without its brackets is the mistake to expect. */
export function resolveTelemetry(
  { telemetry }: ContaSimplesAuthOptions,
  problems: Problems,
): ContaSimplesTelemetry | undefined {
  if (telemetry === undefined) return undefined;
  const given: { readonly start?: unknown } | null = telemetry;
  if (typeof given === 'object' && given !== null && typeof given.start === 'function') return telemetry;
  problems.add('option telemetry', 'must be a telemetry, such as openTelemetry()');
  return undefined;
}
