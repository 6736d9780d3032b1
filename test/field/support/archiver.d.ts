/** What the tests use of `archiver`, which has no types. */
declare module 'archiver' {
  import type { Transform } from 'node:stream';

  interface Archiver extends Transform {
    append(content: Buffer, entry: { name: string; date: Date }): this;
    finalize(): Promise<void>;
    abort(): this;
  }

  export default function archiver(format: 'zip' | 'tar'): Archiver;
}
