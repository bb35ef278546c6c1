import type { Logger } from '../../src/base/logger.ts';

/** A logger that keeps its lines. */
export function recordingLogger(): { readonly log: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const add = (_fields: unknown, message: string) => {
    lines.push(message);
  };
  const log: Logger = { debug: add, info: add, warn: add, error: add, child: () => log };
  return { log, lines };
}
