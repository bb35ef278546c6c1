import type { Logger } from './logger.ts';

/** Starts work that nobody waits for; a failure is a bug and is logged as one, never lost. */
export function runInBackground(task: () => Promise<void>, log: Logger): void {
  task().catch((error: unknown) => {
    log.error({ err: error }, 'background task failed');
  });
}
