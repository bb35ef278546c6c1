import { HoconError } from './hocon-error.ts';
import { readIncludeTarget, type IncludeTarget } from './include-target.ts';
import { limits } from './limits.ts';
import { absorb, define, type Node, type ObjectNode } from './node.ts';
import type { Origin } from './origin.ts';
import { readPath } from './path.ts';
import { readScalar } from './scalar-text.ts';
import { TokenStream } from './token-stream.ts';
import { tokenize, type Token } from './tokenizer.ts';

/** Where the parser stands: what an include and a substitution need to know. */
type Place = {
  /** Keys from the root of all files. */
  readonly path: readonly string[];
  /** Inside a list there is no path that leads to a key. */
  readonly inList: boolean;
  readonly depth: number;
};

export type Include = (target: IncludeTarget, origin: Origin, at: readonly string[]) => ObjectNode;

export type ParseOptions = {
  readonly file: string;
  /** The path at which this file was included. */
  readonly prefix: readonly string[];
  readonly include: Include;
};

/** Parses one file. Substitutions stay as they are, includes are read in place. */
export function parseFile(text: string, options: ParseOptions): ObjectNode {
  return new Parser(tokenize(text, options.file), options).parse();
}

class Parser {
  readonly #tokens: TokenStream;
  readonly #options: ParseOptions;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    const start = { file: options.file, line: 1, column: 1 };
    const end = tokens.at(-1) ?? { kind: 'end', text: '', origin: start };
    this.#tokens = new TokenStream(tokens, end);
    this.#options = options;
  }

  parse(): ObjectNode {
    const place = { path: this.#options.prefix, inList: false, depth: 0 };
    this.#tokens.skipLines();
    const brace = this.#tokens.take('{');
    const origin = brace?.origin ?? this.#tokens.peek().origin;
    if (this.#tokens.peek().kind === '[') this.#tokens.fail('settings, not a list');
    const root = this.#fields(origin, place, brace ? '}' : 'end');
    if (brace) this.#tokens.skipLines();
    if (this.#tokens.peek().kind !== 'end') this.#tokens.fail('nothing after the last }');
    return root;
  }

  /** The fields up to `close`, which is taken. */
  #fields(origin: Origin, place: Place, close: '}' | 'end'): ObjectNode {
    const fields: ObjectNode = { kind: 'object', fields: new Map(), origin };
    this.#tokens.skipLines();
    while (!this.#tokens.take(close)) {
      if (this.#tokens.peek().kind === 'end') this.#unclosed('}', '{', origin);
      this.#field(fields, place);
      this.#separator(close);
    }
    return fields;
  }

  /** Between fields or items: a comma, a line end or both, nothing before `close`. */
  #separator(close: '}' | ']' | 'end'): void {
    const newline = this.#tokens.skipLines();
    const comma = this.#tokens.take(',');
    if (comma) this.#tokens.skipLines();
    const next = this.#tokens.peek().kind;
    if (next === close || comma || newline) return;
    const end = close === 'end' ? 'the end of the file' : close;
    const hint = next === '=' || next === ':' ? ' (each setting on a line of its own)' : '';
    this.#tokens.fail(`a comma, a new line or ${end}${hint}`);
  }

  #unclosed(close: string, open: string, { line, column }: Origin): never {
    this.#tokens.fail(`${close} for the ${open} in line ${line}, column ${column}`);
  }

  #field(target: ObjectNode, place: Place): void {
    const first = this.#tokens.peek();
    const words = this.#words();
    if (words.length === 0) this.#tokens.fail('a key');
    if (first.kind === 'unquoted' && first.text === 'include') {
      absorb(target, this.#include(first, words.slice(1), place));
      return;
    }
    const path = readPath(words, first.origin);
    const inner = this.#deeper({ ...place, path: [...place.path, ...path] }, first.origin);
    this.#tokens.skipLines();
    if (this.#tokens.peek().kind === '{') {
      define(target, path, this.#value(inner));
      return;
    }
    const operator = this.#tokens.take('=') ?? this.#tokens.take(':') ?? this.#tokens.take('+=');
    if (!operator) this.#tokens.fail('= or { after a key');
    this.#tokens.skipLines();
    define(
      target,
      path,
      operator.kind === '+=' ? this.#append(operator, inner) : this.#value(inner),
    );
  }

  /** `key += x` is `key = ${?key} [x]`. */
  #append(operator: Token, place: Place): Node {
    const { origin } = operator;
    const value = this.#value({ ...place, inList: true });
    if (place.inList) {
      throw new HoconError(
        'syntax',
        origin,
        '+= does not work inside a list; write the whole list',
      );
    }
    const former: Node = {
      kind: 'substitution',
      path: place.path,
      optional: true,
      prefix: [],
      origin,
    };
    return {
      kind: 'concatenation',
      parts: [former, { kind: 'array', items: [value], origin }],
      origin,
    };
  }

  #include(keyword: Token, words: readonly Token[], place: Place): ObjectNode {
    if (place.inList) {
      throw new HoconError('syntax', keyword.origin, 'include does not work inside a list');
    }
    const target = readIncludeTarget(words, keyword);
    return this.#options.include(target, keyword.origin, place.path);
  }

  /** The value up to the end of its line, a comma or a closing bracket. */
  #value(place: Place): Node {
    const parts: Node[] = [];
    for (;;) {
      const space = this.#tokens.take('space');
      const part = this.#part(place);
      if (!part) break;
      if (space && parts.length > 0) {
        parts.push({
          kind: 'resolved',
          value: { kind: 'string', value: space.text, quoted: false, origin: space.origin },
        });
      }
      parts.push(part);
    }
    const [only] = parts;
    if (!only) this.#tokens.fail('a value');
    const { origin } = only.kind === 'resolved' ? only.value : only;
    return parts.length === 1 ? only : { kind: 'concatenation', parts, origin };
  }

  #part(place: Place): Node | undefined {
    const { kind, text, origin } = this.#tokens.peek();
    switch (kind) {
      case 'unquoted':
        this.#tokens.next();
        return { kind: 'resolved', value: readScalar(text, origin) };
      case 'quoted':
        this.#tokens.next();
        return { kind: 'resolved', value: { kind: 'string', value: text, quoted: true, origin } };
      case '{':
        this.#tokens.next();
        return this.#fields(origin, this.#deeper(place, origin), '}');
      case '[':
        return this.#list(place);
      case '${':
      case '${?':
        return this.#substitution();
      default:
        return undefined;
    }
  }

  #list(place: Place): Node {
    const { origin } = this.#tokens.next();
    const inner = this.#deeper({ ...place, inList: true }, origin);
    const items: Node[] = [];
    this.#tokens.skipLines();
    while (!this.#tokens.take(']')) {
      if (this.#tokens.peek().kind === 'end') this.#unclosed(']', '[', origin);
      items.push(this.#value(inner));
      this.#separator(']');
    }
    return { kind: 'array', items, origin };
  }

  #substitution(): Node {
    const { kind, origin } = this.#tokens.next();
    const path = readPath(this.#words(), origin);
    if (!this.#tokens.take('}')) this.#tokens.fail('} after the path of a substitution');
    const { prefix } = this.#options;
    return { kind: 'substitution', path, optional: kind === '${?', prefix, origin };
  }

  /** Words, quoted texts and the blanks between them: what a key or path is made of. */
  #words(): Token[] {
    const words: Token[] = [];
    for (;;) {
      const { kind } = this.#tokens.peek();
      if (kind !== 'unquoted' && kind !== 'quoted' && kind !== 'space') return words;
      words.push(this.#tokens.next());
    }
  }

  #deeper(place: Place, origin: Origin): Place {
    const depth = place.depth + 1;
    if (depth > limits.depth || place.path.length > limits.depth) {
      throw new HoconError('limit', origin, `settings are nested more than ${limits.depth} deep`);
    }
    return { ...place, depth };
  }
}
