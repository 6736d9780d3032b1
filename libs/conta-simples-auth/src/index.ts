export type { ClientAuthEncoding, ContaSimplesCredentials } from './accounts/credentials.js';
export { type AttachOptions, ContaSimplesAuthInterceptor } from './http/axios/auth.interceptor.js';
export type { AttachableAxiosInstance } from './http/axios/instance.js';
export type { ContaSimplesFetchInit } from './http/fetch/fetch-init.js';
export { AccessToken, type WaitOptions } from './model/access-token.js';
export {
  ContaSimplesAuthError,
  type ContaSimplesAuthErrorDetails,
  isContaSimplesAuthError,
} from './model/auth-error.js';
export type {
  AcquisitionCause,
  ContaSimplesTokenEvent,
  ContaSimplesTokenEventBase,
  ContaSimplesTokenFailureEvent,
} from './model/events.js';
export type { ContaSimplesAuthErrorKind, TokenFailureKind } from './model/failure-kinds.js';
export type { ContaSimplesTokenState, ContaSimplesTokenStatus } from './model/status.js';
export { ContaSimplesAccountTokens } from './nest/account-tokens.js';
export { ContaSimplesAuthModule } from './nest/conta-simples-auth.module.js';
export { ContaSimplesHttpService } from './nest/http.service.js';
export { getContaSimplesHttpToken, InjectContaSimplesHttp } from './nest/inject-http.js';
export { ContaSimplesTokenService } from './nest/token.service.js';
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
export type {
  ContaSimplesAuthAsyncOptions,
  ContaSimplesAuthOptions,
  ContaSimplesAuthOptionsFactory,
  ContaSimplesCredentialsProvider,
  ContaSimplesEnvironment,
  ContaSimplesModuleOptions,
} from './options/options.js';
export type { TokenStore } from './store/token-store.js';
