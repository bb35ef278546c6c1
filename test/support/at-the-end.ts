import { afterEach } from 'vitest';

type Cleanup = () => unknown;

const cleanups: Cleanup[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs this after the test, whatever its result, the latest first. */
export function atTheEnd(cleanup: Cleanup): void {
  cleanups.push(cleanup);
}
