import { readFileSync } from 'node:fs';

/**
 * The text of a file, undefined if there is none; UTF-8.
 * @throws the system's error when it is there and cannot be read
 */
function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The contents of a file; undefined if it is not there or cannot be read. */
function readBytesIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** This machine's files, for loading a configuration. */
export const systemFiles = { readFile: readFileIfThere, readBytes: readBytesIfThere } as const;
