import type { Reader } from './reader.ts';

/** What the bridge makes of a key of the JVB. */
export type Treatment =
  | 'obeyed'
  /** Obeyed in another way; the reason says how. */
  | 'approximated'
  /** Without meaning here (JVM, Smack and queue internals); nobody loses anything. */
  | 'ignored'
  /** Asks for something the bridge does not do: a warning where the value really asks for it. */
  | 'unsupported';

/** A default as it would be written in the file. */
export type Literal =
  string | number | boolean | readonly Literal[] | Readonly<Record<string, never>>;

export type Setting<T> = {
  readonly reader: Reader<T>;
  readonly default: Literal | undefined;
  readonly treatment: Treatment;
  /** What it means; a line of reference.conf. */
  readonly about: string;
  /** How it differs from the JVB, or why it means nothing here. */
  readonly reason: string | undefined;
};

/** A key that means here what it means to a JVB. */
export function obeyed<T>(reader: Reader<T>, fallback: Literal, about: string): Setting<T> {
  return { reader, default: fallback, treatment: 'obeyed', about, reason: undefined };
}

/** The same without a default. */
export function optional<T>(reader: Reader<T>, about: string): Setting<T | undefined> {
  return { reader, default: undefined, treatment: 'obeyed', about, reason: undefined };
}

/** Turns a setting into one that is obeyed in another way. */
export function differently<T>(setting: Setting<T>, reason: string): Setting<T> {
  return { ...setting, treatment: 'approximated', reason };
}

export function ignored<T>(
  reader: Reader<T>,
  fallback: Literal | undefined,
  reason: string,
): Setting<T> {
  return { reader, default: fallback, treatment: 'ignored', about: reason, reason };
}

export function unsupported<T>(
  reader: Reader<T>,
  fallback: Literal | undefined,
  reason: string,
): Setting<T> {
  return { reader, default: fallback, treatment: 'unsupported', about: reason, reason };
}

/** Understood and checked, not acted on so far: a warning where the value asks for something. */
export function notYet<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, treatment: 'unsupported', reason: 'Not obeyed yet.' };
}

/** A table with `prefix.` before every key. */
export function under<P extends string, T extends Readonly<Record<string, unknown>>>(
  prefix: P,
  table: T,
): { readonly [K in keyof T & string as `${P}.${K}`]: T[K] } {
  const entries = Object.entries(table).map(([key, entry]) => [`${prefix}.${key}`, entry]);
  return Object.fromEntries(entries) as { [K in keyof T & string as `${P}.${K}`]: T[K] };
}
