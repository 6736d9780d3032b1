export {
  type CredentialRotation,
  EMULATOR_CREDENTIALS,
  type EmulatorAccount,
  type EmulatorAccountInput,
} from './emulator/accounts.js';
export { ContaSimplesEmulator, startContaSimplesEmulator } from './emulator/emulator.js';
export type { ContaSimplesEmulatorOptions, EndpointLatencyMs, LatencyMs } from './emulator/emulator-options.js';
export type { Drip, Fault, FaultHandle, FaultOptions } from './emulator/faults/fault.js';
export type { EmulatorCounts, KindCounts, ResourceCounts } from './emulator/requests/request-counts.js';
export type { RequestEvent, RequestListener } from './emulator/requests/request-log.js';
export type { RequestKind, RequestPattern, RequestRecord, RequestTarget } from './emulator/requests/request-record.js';
export type { WaitOptions } from './emulator/requests/request-waiters.js';
export type {
  AttachmentType,
  CardTransaction,
  NamedReference,
  TransactionAttachment,
  TransactionCard,
} from './emulator/resources/card-transaction.js';
export type { CardStatement } from './emulator/resources/statements.js';
export {
  FakeContaSimplesAuthInterceptor,
  type FakeContaSimplesAuthInterceptorOptions,
} from './fakes/fake-auth.interceptor.js';
export { FakeContaSimplesHttpService, type FakeContaSimplesHttpServiceOptions } from './fakes/fake-http.service.js';
export type { FakeFetch } from './fakes/fake-requests.js';
export {
  FakeContaSimplesTokenService,
  type FakeContaSimplesTokenServiceOptions,
  type FakeFailureOptions,
} from './fakes/fake-token.service.js';
