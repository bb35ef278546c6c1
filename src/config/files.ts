import { readFileSync } from 'node:fs';

/**
 * The text of a file, undefined if there is none; UTF-8.
 * @throws the system's error when it is there and cannot be read
 */
export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
