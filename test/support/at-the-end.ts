import { afterEach } from 'vitest';

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Runs this after the test, whatever its result, the latest first. */
export function atTheEnd(cleanup: () => void): void {
  cleanups.push(cleanup);
}
