import { define, type ObjectNode } from './hocon/node.ts';
import type { Origin } from './hocon/origin.ts';
import { Resolver } from './hocon/resolver.ts';
import { mergeValues, type HoconObject, type HoconValue } from './hocon/value.ts';
import type { Literal, Setting } from './setting.ts';

/** Where values come from that nobody set. */
export const defaultOrigin: Origin = { file: '(default)', line: 0, column: 0 };

/** A value written in the program, as if it stood in a file. */
export function literalValue(literal: Literal, origin: Origin = defaultOrigin): HoconValue {
  switch (typeof literal) {
    case 'string':
      return { kind: 'string', value: literal, quoted: true, origin };
    case 'number':
      return { kind: 'number', value: literal, text: String(literal), origin };
    case 'boolean':
      return { kind: 'boolean', value: literal, origin };
    default:
      return isList(literal)
        ? { kind: 'array', items: literal.map((item) => literalValue(item, origin)), origin }
        : { kind: 'object', fields: new Map(), origin };
  }
}

function isList(literal: Literal): literal is readonly Literal[] {
  return Array.isArray(literal);
}

/** An object from values by dotted path; the first of several for one path wins. */
export function treeOf(values: Iterable<readonly [string, HoconValue]>): HoconObject {
  const root: ObjectNode = { kind: 'object', fields: new Map(), origin: defaultOrigin };
  for (const [path, value] of [...values].toReversed()) {
    define(root, path.split('.'), { kind: 'resolved', value });
  }
  return new Resolver([root], {}).resolve(root);
}

/** `below` with values by dotted path laid over it. */
export function overlay(
  values: Iterable<readonly [string, HoconValue]>,
  below: HoconObject,
): HoconObject {
  const merged = mergeValues(treeOf(values), below);
  return merged.kind === 'object' ? merged : below;
}

/** The defaults of settings as a tree. */
export function defaultsTree(settings: Readonly<Record<string, Setting<unknown>>>): HoconObject {
  return treeOf(
    Object.entries(settings).flatMap(([key, setting]) =>
      setting.default === undefined ? [] : [[key, literalValue(setting.default)] as const],
    ),
  );
}
