import { err, ok, type Result } from '../../base/result.ts';
import { HoconError } from './hocon-error.ts';
import type { IncludeTarget } from './include-target.ts';
import { limits } from './limits.ts';
import { absorb, type Layers, type ObjectNode } from './node.ts';
import type { Origin } from './origin.ts';
import { parseFile, type Include } from './parser.ts';
import { Resolver, type Environment } from './resolver.ts';
import type { HoconObject } from './value.ts';
import { messageOf } from '../../base/message-of.ts';

export type HoconOptions = {
  /** Where `${NAME}` looks after the files. */
  readonly env: Environment;
  /** The text of an included file; undefined if there is none at that path. May throw if it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  /** Values that substitutions see where the text sets none. */
  readonly fallback?: HoconObject;
};

export type HoconDocument = {
  /** What the text itself sets, substitutions replaced; the fallback is not part of it. */
  readonly value: HoconObject;
  /** Every file read, the first included. */
  readonly files: readonly string[];
  /** Includes that were ignored because nothing is there. */
  readonly missing: readonly { readonly name: string; readonly origin: Origin }[];
};

/**
 * Reads HOCON (https://github.com/lightbend/config/blob/main/HOCON.md) with local includes. `file` is the path of
 * the text: includes are relative to it and errors name it.
 */
export function parseHocon(
  source: { readonly file: string; readonly text: string },
  options: HoconOptions,
): Result<HoconDocument, HoconError> {
  try {
    const loader = new Loader(options.readFile);
    const tree = loader.parse(source.file, source.text);
    const { fallback } = options;
    const root: Layers = fallback ? [tree, { kind: 'resolved', value: fallback }] : [tree];
    const value = new Resolver(root, options.env).resolve(tree);
    return ok({ value, files: loader.files, missing: loader.missing });
  } catch (error) {
    if (error instanceof HoconError) return err(error);
    throw error;
  }
}

/** Reads a file and what it includes. */
class Loader {
  readonly files: string[] = [];
  readonly missing: { readonly name: string; readonly origin: Origin }[] = [];
  readonly #readFile: HoconOptions['readFile'];
  /** The files that are being read, each including the next. */
  readonly #chain: string[] = [];

  constructor(readFile: HoconOptions['readFile']) {
    this.#readFile = readFile;
  }

  parse(file: string, text: string, prefix: readonly string[] = []): ObjectNode {
    const start = { file, line: 1, column: 1 };
    this.files.push(file);
    if (text.length > limits.fileLength) {
      throw new HoconError('limit', start, `is longer than ${limits.fileLength} characters`);
    }
    if (this.files.length > limits.files) {
      throw new HoconError('limit', start, `more than ${limits.files} files are included`);
    }
    this.#chain.push(file);
    const include: Include = (target, origin, at) => this.#include(target, origin, at);
    const tree = parseFile(text, { file, prefix, include });
    this.#chain.pop();
    return tree;
  }

  #include(target: IncludeTarget, origin: Origin, at: readonly string[]): ObjectNode {
    const included: ObjectNode = { kind: 'object', fields: new Map(), origin };
    let found = false;
    for (const file of target.files.toReversed()) {
      const text = this.#read(file, origin);
      if (text === undefined) continue;
      found = true;
      absorb(included, this.parse(file, text, at));
    }
    if (!found && target.required) {
      throw new HoconError('include', origin, `the required file ${target.written} does not exist`);
    }
    if (!found) this.missing.push({ name: target.written, origin });
    return included;
  }

  #read(file: string, origin: Origin): string | undefined {
    if (this.#chain.includes(file)) {
      const circle = [...this.#chain, file].join(' includes ');
      throw new HoconError('include', origin, `files include one another: ${circle}`);
    }
    if (this.#chain.length >= limits.includeDepth) {
      throw new HoconError(
        'limit',
        origin,
        `includes are nested more than ${limits.includeDepth} deep`,
      );
    }
    try {
      return this.#readFile(file);
    } catch (error) {
      const reason = messageOf(error);
      throw new HoconError('include', origin, `cannot read ${file}: ${reason}`);
    }
  }
}
