// One build of a cache entry at a time: a second one waits and then finds the result.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 500;
/** A lock without a readable owner is one being made or dropped right now; older than this, its maker died between two calls. */
const OWNERLESS_MS = 5_000;

/**
 * Runs `work` while holding the lock folder `path`. The lock only saves work: two builders that both believe to hold it are still
 * right, since results are renamed into place.
 */
export async function withBuildLock(path, log, work) {
  await acquire(path, log);
  const release = () => rmSync(path, { recursive: true, force: true });
  // Exiting runs the 'exit' listeners, which a signal alone would not.
  const onSignal = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143);
  process.once('exit', release).on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work();
  } finally {
    process.off('exit', release).off('SIGINT', onSignal).off('SIGTERM', onSignal);
    release();
  }
}

async function acquire(path, log) {
  let told = false;
  let ownerlessMs = 0;
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    ownerlessMs = owner === undefined ? ownerlessMs + POLL_MS : 0;
    if (ownerlessMs > OWNERLESS_MS || (owner !== undefined && !isAlive(owner))) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    if (!told)
      log(
        `another build of the same worker is running (pid ${owner ?? 'unknown'}): waiting for it`,
      );
    told = true;
    await delay(POLL_MS);
  }
}

function readOwner(path) {
  try {
    return Number(readFileSync(join(path, 'pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
