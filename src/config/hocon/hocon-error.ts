import { formatOrigin, type Origin } from './origin.ts';

export type HoconErrorKind =
  | 'syntax'
  /** A key or substitution path that is empty or has an empty part. */
  | 'path'
  /** Objects, lists and text that cannot be joined. */
  | 'type'
  /** A mandatory `${…}` that nothing defines, cycles included. */
  | 'substitution'
  /** A required file that is missing, a cycle of files, a location that is not a local file. */
  | 'include'
  /** One of the caps of `limits.ts`. */
  | 'limit';

/** What is wrong with a text, where, and what to write instead. */
export class HoconError extends Error {
  override readonly name = 'HoconError';
  readonly kind: HoconErrorKind;
  readonly origin: Origin;

  constructor(kind: HoconErrorKind, origin: Origin, problem: string) {
    super(`${formatOrigin(origin)}: ${problem}`);
    this.kind = kind;
    this.origin = origin;
  }
}
