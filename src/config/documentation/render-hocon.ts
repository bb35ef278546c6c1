import { formatPath } from '../hocon/path.ts';
import type { Literal } from '../setting.ts';

/** A line of HOCON to be: a key with what stands above it. */
export type HoconEntry = {
  readonly path: readonly string[];
  readonly comment: readonly string[];
  /** As it is to be written; undefined writes the key as a comment. */
  readonly value: string | undefined;
};

type Block = { readonly blocks: Map<string, Block>; readonly entries: [string, HoconEntry][] };

/** Entries as HOCON, those with a common start in a block. */
export function renderHocon(entries: readonly HoconEntry[]): string {
  const root = newBlock();
  for (const entry of entries) {
    const last = entry.path.at(-1) ?? '';
    let block = root;
    for (const name of entry.path.slice(0, -1)) {
      const inner = block.blocks.get(name) ?? newBlock();
      block.blocks.set(name, inner);
      block = inner;
    }
    block.entries.push([last, entry]);
  }
  return `${renderBlock(root, '').join('\n')}\n`;
}

/** A value as HOCON; what needs quotes gets them. */
export function renderLiteral(literal: Literal): string {
  if (typeof literal === 'string') {
    return /^\.?\d[\d.]* ?[a-z%]*$/.test(literal) ? literal : JSON.stringify(literal);
  }
  if (typeof literal !== 'object') return String(literal);
  if (!(literal instanceof Array)) return '{}';
  const items = literal.map((item: Literal) => renderLiteral(item));
  return items.length > 3
    ? `[\n${items.map((item) => `  ${item}`).join('\n')}\n]`
    : `[${items.join(', ')}]`;
}

function newBlock(): Block {
  return { blocks: new Map(), entries: [] };
}

function renderBlock(block: Block, indent: string): string[] {
  const entries = block.entries.flatMap(([name, entry], index) => [
    ...(index > 0 && entry.comment.length > 0 ? [''] : []),
    ...renderEntry(name, entry, indent),
  ]);
  const blocks = [...block.blocks].flatMap(([name, inner], index) => [
    ...(index > 0 || entries.length > 0 ? [''] : []),
    ...renderInner(name, inner, indent),
  ]);
  return [...entries, ...blocks];
}

/** Blocks with nothing but one block in them share a line. */
function renderInner(name: string, block: Block, indent: string): string[] {
  const [only, ...others] = block.blocks;
  const key = formatPath([name]);
  if (only && others.length === 0 && block.entries.length === 0) {
    const [first = '', ...rest] = renderInner(only[0], only[1], indent);
    return [`${indent}${key}.${first.trimStart()}`, ...rest];
  }
  return [`${indent}${key} {`, ...renderBlock(block, `${indent}  `), `${indent}}`];
}

function renderEntry(name: string, { comment, value }: HoconEntry, indent: string): string[] {
  const key = formatPath([name]);
  const setting = value === undefined ? `# ${key} =` : `${key} = ${value}`;
  return [...comment.map((line) => `# ${line}`), ...setting.split('\n')].map(
    (line) => indent + line,
  );
}
