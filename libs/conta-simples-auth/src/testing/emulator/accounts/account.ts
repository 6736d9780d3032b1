/**
 * A company account that the emulator knows. The pair is made up: it opens nothing but this emulator.
 *
 * @publicApi
 */
export interface EmulatorAccount {
  /** Names the account in counts, logs and tokens, and seeds its data. */
  readonly name: string;
  /** The key that is good now. */
  readonly apiKey: string;
  /** The secret that is good now. */
  readonly apiSecret: string;
}

/**
 * An account to add.
 *
 * @publicApi
 */
export interface EmulatorAccountInput {
  /** Non-empty. Default: `default` for the first account, then `account-2`, `account-3` and so on. */
  readonly name?: string;
  /** Non-empty, without a colon: RFC 7617 section 2 ends the user-id at the first one. */
  readonly apiKey: string;
  /** Non-empty. */
  readonly apiSecret: string;
}

/**
 * What to change of a pair; what is left out gets a new random value.
 *
 * @publicApi
 */
export interface CredentialRotation {
  /** The new key: non-empty, without a colon. */
  readonly apiKey?: string;
  /** The new secret: non-empty. */
  readonly apiSecret?: string;
  /** Also revoke the tokens that the old pair had bought. Default: `false`, they live to their end. */
  readonly revokeTokens?: boolean;
}

/**
 * The pair of the account that an emulator has when no accounts are given. Made up and public.
 *
 * @publicApi
 */
export const EMULATOR_CREDENTIALS = Object.freeze({
  /** To be used as `CONTA_SIMPLES_API_KEY`. */
  apiKey: 'emulator-key',
  /** To be used as `CONTA_SIMPLES_API_SECRET`. */
  apiSecret: 'emulator-secret',
});
