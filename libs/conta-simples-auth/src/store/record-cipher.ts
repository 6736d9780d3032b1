import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Longer than any record of this library; a longer value is from another program. */
export const MAX_RECORD_CHARACTERS = 32_768;

/** Derives a key of so many bytes for a purpose, without giving the secret away. */
export type DeriveKey = (purpose: string, bytes: number) => Buffer;

/**
 * Encrypts the records of one pair of credentials. Without the secret, read access to the store reveals no token, and write
 * access can neither forge a record nor move one to another key.
 */
export class RecordCipher {
  /** Stands for the pair in the names of keys; reveals nothing of it. */
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
