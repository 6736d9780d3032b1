import type { BrowserContext, BrowserContextOptions } from 'playwright-core';

export interface OpenBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** The path of a Chromium: `CHROMIUM_PATH`, else the first of the usual names on the `PATH`. */
export function findChromium(environment?: NodeJS.ProcessEnv): string | undefined;

/** A browser with a temporary profile, which is removed when it closes. */
export function openBrowser(options?: BrowserContextOptions & { executablePath?: string }): Promise<OpenBrowser>;
