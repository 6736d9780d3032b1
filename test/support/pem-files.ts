import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Certificates and keys as openssl writes them, made once for a test file. */
export class PemFiles {
  readonly directory = mkdtempSync(join(tmpdir(), 'pem-'));

  constructor() {
    this.#openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ca',
    );
    for (const name of ['client', 'other']) {
      this.#openssl(
        `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`,
      );
      this.#openssl(`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out ${name}.pem -days 30`);
    }
    this.#openssl('pkcs8 -topk8 -in client.key -out encrypted.key -passout pass:canary-passphrase -v2 aes-256-cbc');
    this.#openssl('ec -in client.key -out sec1.key');
    this.#openssl('ec -aes256 -in client.key -out encrypted-sec1.key -passout pass:canary-passphrase');
    this.#openssl('pkey -in client.key -pubout -out public.key');
    this.#openssl('pkey -in client.key -outform der -out key.der');
    this.#openssl('x509 -in client.pem -outform der -out client.der');
    this.#openssl('crl2pkcs7 -nocrl -certfile client.pem -out client.p7b');
    this.#openssl('pkcs12 -export -in client.pem -inkey client.key -out client.p12 -passout pass:canary-passphrase');
    this.#openssl('x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out expired.pem -days -1');
  }

  /** An old program's file, which openssl 3 writes only where it brings its `legacy` provider; `undefined` elsewhere. */
  legacyP12(): Buffer | undefined {
    try {
      this.#openssl(
        'pkcs12 -export -legacy -in client.pem -inkey client.key -out legacy.p12 -passout pass:canary-passphrase',
      );
      return this.bytes('legacy.p12');
    } catch {
      return undefined;
    }
  }

  /** A key encrypted as by an old program. */
  legacyKey(): string | undefined {
    try {
      this.#openssl(
        'pkcs8 -topk8 -in client.key -out legacy.key -passout pass:canary-passphrase -v1 PBE-SHA1-RC2-40 -provider legacy -provider default',
      );
      return this.text('legacy.key');
    } catch {
      return undefined;
    }
  }

  text(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }

  bytes(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  write(name: string, content: string | Buffer): string {
    writeFileSync(join(this.directory, name), content);
    return join(this.directory, name);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  #openssl(command: string): void {
    execFileSync('openssl', command.split(' '), { cwd: this.directory, stdio: 'ignore' });
  }
}
