import { VERSION } from '../model/version.js';

/** One loaded copy of this package. A process has two where two versions, or two folders of one version, are installed. */
export interface PackageCopy {
  readonly version: string;
  /** The file it was loaded from, as far as the stack of an error shows it. */
  readonly file: () => string | undefined;
}

/** The copy that this file is part of. Not `import.meta.url`: bundlers that write CommonJS cannot give it a value. */
export const THIS_COPY: PackageCopy = { version: VERSION, file: fileOfThisModule };

function fileOfThisModule(): string | undefined {
  // An application may have replaced Error.prepareStackTrace: the stack may then be anything.
  const stack: unknown = new Error().stack;
  if (typeof stack !== 'string') return undefined;
  return /^\s+at .*?\(?((?:file:\/\/\/|\/|[A-Za-z]:[\\/])[^()\n]*?)(?::\d+){1,2}\)?$/m.exec(stack)?.[1];
}
