import { generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

let shared: Promise<SigningKey> | undefined;

/** One key a process: making one takes a good part of a second, and no test gains from having two. */
export function sharedSigningKey(): Promise<SigningKey> {
  shared ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then((pair) => ({
    keyId: randomUUID(),
    ...pair,
  }));
  return shared;
}

/** A JWT signed with RS256 (RFC 7515 section 7.1), off the main thread so that many accounts can be served at once. */
export async function signJwt(claims: object, { keyId, privateKey }: SigningKey): Promise<string> {
  const input = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  const signature = await new Promise<Buffer>((resolve, reject) => {
    sign('RSA-SHA256', Buffer.from(input), privateKey, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
  return `${input}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
