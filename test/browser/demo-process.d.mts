export interface DemoProcess {
  /** Of the page, `http://localhost:<port>`. */
  readonly url: string;
  readonly pid: number;
  /** Everything it has printed. */
  output(): string;
  close(): Promise<void>;
}

/** Starts the built demo on a free port, without credentials: it calls the emulator. */
export function startDemo(environment?: Record<string, string>): Promise<DemoProcess>;
