import { HoconError } from './hocon-error.ts';
import type { Token, TokenKind } from './tokenizer.ts';

/** A reading position in a list of tokens that ends with `end`. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;

  constructor(tokens: readonly Token[], end: Token) {
    this.#tokens = tokens;
    this.#end = end;
  }

  peek(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is of that kind. */
  take(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  /** Skips white space within a line. */
  skipSpace(): void {
    while (this.peek().kind === 'space') this.#at += 1;
  }

  /** Skips white space and line ends; tells whether there was a line end. */
  skipLines(): boolean {
    let newline = false;
    while (this.peek().kind === 'space' || this.peek().kind === 'newline') {
      if (this.next().kind === 'newline') newline = true;
    }
    return newline;
  }

  fail(expected: string): never {
    const token = this.peek();
    throw new HoconError('syntax', token.origin, `expected ${expected}, found ${describe(token)}`);
  }
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the file';
  if (token.kind === 'newline') return 'the end of the line';
  // What stands in quotes may be a secret.
  return token.kind === 'quoted' ? 'quoted text' : token.text.slice(0, 40);
}
