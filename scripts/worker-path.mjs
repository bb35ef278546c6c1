// Prints the path of the worker binary, or says how to get one.
// Usage: node scripts/worker-path.mjs [--asan]
import { existsSync } from 'node:fs';
import { BuildError, cacheEntry } from './worker-cache.mjs';

const asan = process.argv.includes('--asan');
try {
  const { binary } = cacheEntry(asan ? 'asan' : 'release');
  if (!existsSync(binary)) {
    throw new BuildError(
      `the worker is not built: run "node scripts/build-worker.mjs${asan ? ' --asan' : ''}" (some minutes, once)`,
    );
  }
  process.stdout.write(`${binary}\n`);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`worker-path: ${error.message}\n`);
  process.exitCode = 1;
}
