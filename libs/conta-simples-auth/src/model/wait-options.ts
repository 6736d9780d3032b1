/**
 * How long a caller is willing to wait for a token.
 *
 * @publicApi
 */
export interface WaitOptions {
  /** Ends this caller's wait with the signal's reason; the shared request goes on for the others. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, at most `waitTimeoutMs` of the options, which is also the default. */
  readonly timeoutMs?: number | undefined;
}
