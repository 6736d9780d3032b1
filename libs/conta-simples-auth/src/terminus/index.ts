export {
  type ContaSimplesHealth,
  ContaSimplesHealthIndicator,
  type HealthCheckOptions,
} from './health.indicator.js';
export type { AccountHealth, AccountsHealth, HealthReason } from './health.js';
