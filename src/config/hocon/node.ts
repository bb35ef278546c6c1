import type { Origin } from './origin.ts';
import type { HoconValue } from './value.ts';

/** What the parser makes of a text: a value that may still hold substitutions. */
export type Node = ResolvedNode | ObjectNode | ArrayNode | SubstitutionNode | ConcatenationNode;

export type ResolvedNode = { readonly kind: 'resolved'; readonly value: HoconValue };

/**
 * All definitions of one key, newest first. What is older shows through where the newer is an object or an
 * optional substitution without value, and it is what a self reference (`path = ${path}":x"`) means.
 */
export type Layers = readonly Node[];

export type ObjectNode = {
  readonly kind: 'object';
  readonly fields: Map<string, Node[]>;
  readonly origin: Origin;
};

export type ArrayNode = {
  readonly kind: 'array';
  readonly items: readonly Node[];
  readonly origin: Origin;
};

export type SubstitutionNode = {
  readonly kind: 'substitution';
  readonly path: readonly string[];
  readonly optional: boolean;
  /** Where the file was included: its substitutions are looked up below that path first. */
  readonly prefix: readonly string[];
  readonly origin: Origin;
};

export type ConcatenationNode = {
  readonly kind: 'concatenation';
  readonly parts: readonly Node[];
  readonly origin: Origin;
};

/** Whether older definitions can never show through or be referred to. */
export function hidesOlder(node: Node): boolean {
  return node.kind === 'resolved' && node.value.kind !== 'object';
}

/** Adds a definition of `path` inside `target`; objects that follow one another become one. */
export function define(target: ObjectNode, path: readonly string[], node: Node): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    addLayer(target, key, node);
    return;
  }
  const origin = originOf(node);
  const inner: ObjectNode = { kind: 'object', fields: new Map(), origin };
  define(inner, rest, node);
  addLayer(target, key, inner);
}

/** Adds every definition of `source` to `target`, as if it were written there. */
export function absorb(target: ObjectNode, source: ObjectNode): void {
  for (const [key, layers] of source.fields) {
    for (const layer of layers.toReversed()) addLayer(target, key, layer);
  }
}

export function originOf(node: Node): Origin {
  return node.kind === 'resolved' ? node.value.origin : node.origin;
}

function addLayer(target: ObjectNode, key: string, node: Node): void {
  const layers = target.fields.get(key);
  if (!layers || hidesOlder(node)) {
    target.fields.set(key, [node]);
    return;
  }
  const newest = layers[0];
  if (newest?.kind === 'object' && node.kind === 'object') absorb(newest, node);
  else layers.unshift(node);
}
