import { posix } from 'node:path';
import { HoconError } from './hocon-error.ts';
import type { Token } from './tokenizer.ts';

/** What stands after `include`. */
export type IncludeTarget = {
  /** Candidate files, the one that wins first; none for a class path, which does not exist here. */
  readonly files: readonly string[];
  readonly required: boolean;
  readonly written: string;
};

/**
 * Reads `"name"`, `file("name")` and `required(…)` round either. A relative name is meant beside the including
 * file, with `file(…)` too; a name without extension means `.conf`, then `.json`.
 */
export function readIncludeTarget(tokens: readonly Token[], keyword: Token): IncludeTarget {
  const solid = tokens.filter((token) => token.kind !== 'space');
  const quotedAt = solid.findIndex((token) => token.kind === 'quoted');
  const name = solid[quotedAt];
  const opening = text(solid.slice(0, quotedAt));
  const closing = text(solid.slice(quotedAt + 1));
  const form = /^(required\()?(?:(file|url|classpath)\()?$/.exec(opening);
  const depth = opening.split('(').length - 1;
  if (!name || !form || closing !== ')'.repeat(depth)) {
    throw new HoconError(
      'syntax',
      keyword.origin,
      'include needs a quoted name: include "other.conf", include required("other.conf") ' +
        '(a key of that name has to be quoted: "include")',
    );
  }
  if (form[2] === 'url' || /^[a-z][a-z0-9+.-]+:\/\//i.test(name.text)) {
    throw new HoconError(
      'include',
      name.origin,
      'a location on the network is not read; copy the file here and include the copy',
    );
  }
  return {
    files: form[2] === 'classpath' ? [] : candidates(name),
    required: form[1] !== undefined,
    written: name.text,
  };
}

function candidates(name: Token): string[] {
  const path = posix.resolve(posix.dirname(name.origin.file), name.text);
  switch (posix.extname(path)) {
    case '.conf':
    case '.json':
      return [path];
    case '.properties':
      throw new HoconError(
        'include',
        name.origin,
        'a properties file cannot be included; write its settings as HOCON',
      );
    default:
      return [`${path}.conf`, `${path}.json`];
  }
}

function text(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join('');
}
