/** The names of all attributes. Those without our prefix are of the OpenTelemetry semantic conventions. */
export const ATTRIBUTE = {
  account: 'conta_simples_auth.account',
  cause: 'conta_simples_auth.cause',
  state: 'conta_simples_auth.state',
  replayOutcome: 'conta_simples_auth.replay.outcome',
  storeOperation: 'conta_simples_auth.store.operation',
  leaseOutcome: 'conta_simples_auth.lease.outcome',
  errorType: 'error.type',
  method: 'http.request.method',
  status: 'http.response.status_code',
  urlTemplate: 'url.template',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const;

/** By convention the attribute is there for failures alone. */
export function errorType(failure: string | undefined): { [ATTRIBUTE.errorType]?: string } {
  return failure === undefined ? {} : { [ATTRIBUTE.errorType]: failure };
}
