import type { IsolatedTelemetry } from '../observability/isolated-telemetry.js';
import type { ResolvedOptions } from '../options/options.js';
import type { createSharing } from './sharing.js';

/** The code for options that most applications do not use. */
export interface OptionalParts {
  readonly createSharing: typeof createSharing | undefined;
  readonly IsolatedTelemetry: typeof IsolatedTelemetry | undefined;
}

/** Loads the code that the options need, so that an application without a store or telemetry does not hold it in memory. */
export async function loadOptionalParts({ store, telemetry }: ResolvedOptions): Promise<OptionalParts> {
  const [sharing, observing] = await Promise.all([
    store && import('./sharing.js'),
    telemetry && import('../observability/isolated-telemetry.js'),
  ]);
  return { createSharing: sharing?.createSharing, IsolatedTelemetry: observing?.IsolatedTelemetry };
}
