export type { AccountHealth, HealthReason } from './account-health.js';
export type { AccountsHealth } from './accounts-health.js';
export {
  type ContaSimplesHealth,
  ContaSimplesHealthIndicator,
  type HealthCheckOptions,
} from './health.indicator.js';
