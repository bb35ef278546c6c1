import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A file in memory without a name: gone when nobody holds it open any more, whatever ends this process. */
export type MemoryFile = {
  /** For processes of the same user, until it is closed. */
  readonly path: string;
  close(): void;
};

/** Linux has a file system in memory here (shm_overview(7)). */
const MEMORY = '/dev/shm';
const OWNER_ONLY = 0o600;

/** @returns undefined where the system has no memory to give */
export function openMemoryFile(): MemoryFile | undefined {
  let folder: string;
  try {
    folder = mkdtempSync(join(MEMORY, 'trestle-'));
  } catch {
    return undefined;
  }
  try {
    const descriptor = openSync(join(folder, 'file'), 'wx+', OWNER_ONLY);
    return {
      path: `/proc/${process.pid}/fd/${descriptor}`,
      close: () => closeSync(descriptor),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
