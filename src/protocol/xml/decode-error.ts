import { err, ok, type Result } from '../../base/result.ts';

/** A peer sent what does not follow the protocol; `path` says where, as `endpoint[2]/media[1]@type`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}

/**
 * Runs a decoder built of readers that throw, and turns a DecodeError into a value: inside a codec throwing keeps
 * the code straight, outside of it nothing throws. Any other error is a bug and passes through.
 */
export function decoding<T>(decode: () => T): Result<T, DecodeError> {
  try {
    return ok(decode());
  } catch (error) {
    if (error instanceof DecodeError) return err(error);
    throw error;
  }
}
