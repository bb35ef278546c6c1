import { concatenate } from './concatenate.ts';
import { HoconError } from './hocon-error.ts';
import { limits } from './limits.ts';
import {
  hidesOlder,
  type ConcatenationNode,
  type Layers,
  type Node,
  type ObjectNode,
  type SubstitutionNode,
} from './node.ts';
import type { Origin } from './origin.ts';
import { formatPath } from './path.ts';
import { mergeValues, type HoconObject, type HoconValue } from './value.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces substitutions by what they mean. A path is looked up in the whole tree as it ends up (late binding),
 * except by a definition that refers to itself: that sees only what was defined before it. What the tree does not
 * have is taken from the environment.
 */
export class Resolver {
  readonly #root: Layers;
  readonly #env: Environment;
  /** Definitions being resolved: meeting one again is a self reference. */
  readonly #active = new Set<Node>();
  #steps = 0;

  constructor(root: Layers, env: Environment) {
    this.#root = root;
    this.#env = env;
  }

  /**
   * What `node` itself defines; its substitutions see the whole tree.
   * @throws HoconError
   */
  resolve(node: ObjectNode): HoconObject {
    return this.#object(node, undefined);
  }

  /** The value that definitions of one key give together; undefined if all are optional and empty. */
  #layers(layers: Layers): HoconValue | undefined {
    let merged: HoconObject | undefined;
    for (const layer of this.#visible(layers)) {
      if (merged && layer.kind === 'array') return merged;
      const value = layer.kind === 'object' ? this.#object(layer, merged) : this.#node(layer);
      if (!value) continue;
      if (value.kind !== 'object') return merged ?? value;
      merged = merged ? asObject(mergeValues(merged, value)) : value;
    }
    return merged;
  }

  /** Only what is older than a definition under way may be seen: that is what a self reference means. */
  #visible(layers: Layers): Layers {
    const self = layers.findLastIndex((layer) => this.#active.has(layer));
    return layers.slice(self + 1);
  }

  #object(node: ObjectNode, above: HoconObject | undefined): HoconObject {
    const fields = new Map<string, HoconValue>();
    for (const [key, layers] of node.fields) {
      const hiding = above?.fields.get(key);
      if (hiding && hiding.kind !== 'object') continue;
      // A value that holds itself: the innermost substitution on the way has none.
      if (this.#visible(layers).length === 0) throw new Cycle();
      const value = this.#layers(layers);
      if (value) fields.set(key, value);
    }
    return { kind: 'object', fields, origin: node.origin };
  }

  #node(node: Node): HoconValue | undefined {
    this.#step(node.kind === 'resolved' ? node.value.origin : node.origin);
    switch (node.kind) {
      case 'resolved':
        return node.value;
      case 'object':
        return this.#object(node, undefined);
      case 'array': {
        const items = this.#within(node, () => node.items.map((item) => this.#node(item)));
        return {
          kind: 'array',
          items: items.filter((item) => item !== undefined),
          origin: node.origin,
        };
      }
      case 'substitution':
        return this.#within(node, () => this.#substitution(node));
      case 'concatenation':
        return this.#within(node, () => this.#concatenation(node));
    }
  }

  #concatenation(node: ConcatenationNode): HoconValue | undefined {
    return concatenate(
      node.parts.map((part) => this.#node(part)).filter((part) => part !== undefined),
      node.origin,
    );
  }

  #substitution(node: SubstitutionNode): HoconValue | undefined {
    for (const path of targets(node)) {
      const found = this.#unlessCyclic(() => this.#layers(this.#lookup(path)));
      if (found) return found;
    }
    const [name = '', ...more] = node.path;
    const variable =
      more.length === 0 && Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
    if (variable !== undefined) {
      return { kind: 'string', value: variable, quoted: false, origin: node.origin };
    }
    if (node.optional) return undefined;
    const path = formatPath(node.path);
    throw new HoconError(
      'substitution',
      node.origin,
      `\${${path}} has no value, in these files or in the environment (or refers to itself); ` +
        `define it, or write \${?${path}} if it may be missing`,
    );
  }

  #unlessCyclic<T>(task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      if (error instanceof Cycle) return undefined;
      throw error;
    }
  }

  #lookup(path: readonly string[]): Layers {
    let layers = this.#root;
    for (const key of path) layers = this.#field(layers, key);
    return layers;
  }

  /** The definitions of `key` inside what `layers` give together, without resolving more than that needs. */
  #field(layers: Layers, key: string): Layers {
    const found: Node[] = [];
    for (const layer of this.#visible(layers)) {
      const inner = this.#fieldOfLayer(layer, key);
      if (!inner) break;
      found.push(...inner);
      const oldest = found.at(-1);
      if (oldest && hidesOlder(oldest)) break;
    }
    return found;
  }

  /** Undefined if the layer hides older ones. */
  #fieldOfLayer(layer: Node, key: string): Layers | undefined {
    this.#step(layer.kind === 'resolved' ? layer.value.origin : layer.origin);
    switch (layer.kind) {
      case 'object':
        return layer.fields.get(key) ?? [];
      case 'array':
        return undefined;
      case 'resolved':
        return fieldOfValue(layer.value, key);
      case 'substitution':
        return this.#within(layer, () => this.#fieldOfSubstitution(layer, key));
      case 'concatenation': {
        if (layer.parts.some((part) => part.kind === 'object')) {
          return this.#within(layer, () => this.#field(objectParts(layer), key));
        }
        const value = this.#node(layer);
        return value ? fieldOfValue(value, key) : [];
      }
    }
  }

  #fieldOfSubstitution(node: SubstitutionNode, key: string): Layers | undefined {
    for (const path of targets(node)) {
      const layers = this.#lookup(path);
      if (layers.length === 0) continue;
      return layers.every(hidesOlder) ? undefined : this.#field(layers, key);
    }
    return [];
  }

  #within<T>(node: Node, task: () => T): T {
    if (this.#active.size >= limits.substitutionDepth) {
      const origin = node.kind === 'resolved' ? node.value.origin : node.origin;
      throw new HoconError(
        'limit',
        origin,
        `substitutions lead to one another more than ${limits.substitutionDepth} deep`,
      );
    }
    this.#active.add(node);
    try {
      return task();
    } finally {
      this.#active.delete(node);
    }
  }

  #step(origin: Origin): void {
    this.#steps += 1;
    if (this.#steps > limits.resolveSteps) {
      throw new HoconError('limit', origin, 'resolving the substitutions takes too many steps');
    }
  }
}

/** Thrown where resolving an object leads back into itself. */
class Cycle extends Error {
  override readonly name = 'Cycle';
}

/** The paths a substitution may mean, best first. */
function targets({ path, prefix }: SubstitutionNode): (readonly string[])[] {
  return prefix.length > 0 ? [[...prefix, ...path], path] : [path];
}

function objectParts(node: ConcatenationNode): Layers {
  const blank = (part: Node): boolean => part.kind === 'resolved' && part.value.kind === 'string';
  return node.parts.filter((part) => !blank(part)).toReversed();
}

function fieldOfValue(value: HoconValue, key: string): Layers | undefined {
  if (value.kind !== 'object') return undefined;
  const field = value.fields.get(key);
  return field ? [{ kind: 'resolved', value: field }] : [];
}

function asObject(value: HoconValue): HoconObject | undefined {
  return value.kind === 'object' ? value : undefined;
}
