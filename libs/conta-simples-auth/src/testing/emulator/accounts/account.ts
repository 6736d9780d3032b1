/** A company account that the emulator knows. The pair is made up: it opens nothing but this emulator. */
export interface EmulatorAccount {
  /** Names the account in counts, logs and tokens, and seeds its data. */
  readonly name: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** An account to add; without a name it is called `default` (the first) or `account-2`, `account-3` and so on. */
export interface EmulatorAccountInput {
  readonly name?: string;
  /** Non-empty, without a colon: RFC 7617 section 2 ends the user-id at the first one. */
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What to change of a pair; what is left out gets a new random value. */
export interface CredentialRotation {
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** Also revoke the tokens that the old pair had bought. Default: `false`, they live to their end. */
  readonly revokeTokens?: boolean;
}

/** The pair of the account that an emulator has when no accounts are given. Made up and public. */
export const EMULATOR_CREDENTIALS = Object.freeze({ apiKey: 'emulator-key', apiSecret: 'emulator-secret' });
