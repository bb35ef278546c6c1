import { defineConfig } from 'vitest/config';

/** A test that prints hides its own failure in noise, so console output fails the run. */
function onConsoleLog(log: string): never {
  throw new Error(`a test printed to the console: ${log}`);
}

/**
 * Real processes, browsers and links share CI's two cores: a test may lose its turn for seconds there. Such a test is run again, and the
 * report says so beside its name; on a developer's machine it fails at once.
 */
const retry = process.env['CI'] === undefined ? 0 : 2;

export default defineConfig({
  test: {
    onConsoleLog,
    // Of `npm run test:unit`: what decides is pure, so it can be tested whole.
    coverage: {
      include: ['src/allocation/**', 'src/conference/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 95 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'test/property/**/*.test.ts',
            'test/golden/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          pool: 'forks',
          // They wait most of the time.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          retry,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          retry,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
