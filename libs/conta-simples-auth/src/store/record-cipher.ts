import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Longer than any record of ours; a longer value is somebody else's. */
export const MAX_RECORD_CHARACTERS = 32_768;

/** Makes a key of so many bytes for a purpose out of a secret that stays where it is. */
export type DeriveKey = (purpose: string, bytes: number) => Buffer;

/**
 * Encrypts what one pair of credentials puts into a shared store. Whoever reads the store learns nothing, and whoever
 * writes to it cannot make a record, nor move one to another key, without the secret.
 */
export class RecordCipher {
  /** Names the pair in keys, without telling anything of it. */
  readonly id: string;
  readonly #key: Buffer;

  constructor(derive: DeriveKey) {
    this.id = derive('key name', 16).toString('hex');
    this.#key = derive('record', 32);
  }

  seal(text: string, keyName: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(keyName, 'utf8'));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** The text, or `undefined` for anything that was not sealed with this secret for this key. */
  open(sealed: string, keyName: string): string | undefined {
    if (sealed.length > MAX_RECORD_CHARACTERS || !/^[A-Za-z0-9+/]+={0,2}$/.test(sealed)) return undefined;
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(keyName, 'utf8'));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return text.toString('utf8');
    } catch {
      return undefined;
    }
  }
}
