export type { ClientAuthEncoding, ContaSimplesCredentials } from './accounts/credentials.js';
export type { AttachableAxiosInstance } from './http/attachable-instance.js';
export { type AttachOptions, ContaSimplesAuthInterceptor } from './http/auth.interceptor.js';
export type { ContaSimplesFetchInit } from './http/guarded-fetch.js';
export { ContaSimplesHttpService } from './http/http.service.js';
export { ContaSimplesAccountTokens } from './module/account-tokens.js';
export { ContaSimplesAuthModule } from './module/conta-simples-auth.module.js';
export { getContaSimplesHttpToken, InjectContaSimplesHttp } from './module/inject-http.js';
export type {
  ContaSimplesAuthAsyncOptions,
  ContaSimplesAuthOptions,
  ContaSimplesAuthOptionsFactory,
  ContaSimplesCredentialsProvider,
  ContaSimplesEnvironment,
  ContaSimplesModuleOptions,
} from './module/options.js';
export { ContaSimplesTokenService } from './module/token.service.js';
export type {
  ContaSimplesLeaseWait,
  ContaSimplesStoreOperation,
  ContaSimplesTelemetry,
  ContaSimplesTelemetrySession,
  ContaSimplesTelemetrySource,
  ContaSimplesTokenRequest,
  ContaSimplesTokenRequestResult,
  ContaSimplesTokenRequestTelemetry,
} from './observability/telemetry.js';
export type { TokenStore } from './store/token-store.js';
export { AccessToken } from './token/access-token.js';
export {
  ContaSimplesAuthError,
  type ContaSimplesAuthErrorDetails,
  isContaSimplesAuthError,
} from './token/auth-error.js';
export type { ContaSimplesAuthErrorKind, TokenFailureKind } from './token/error-kind.js';
export type {
  AcquisitionCause,
  ContaSimplesTokenEvent,
  ContaSimplesTokenEventBase,
  ContaSimplesTokenFailureEvent,
} from './token/events.js';
export type { ContaSimplesTokenState, ContaSimplesTokenStatus } from './token/status.js';
export type { WaitOptions } from './token/wait-options.js';
