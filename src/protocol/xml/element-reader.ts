import type { XmlElement } from '../../base/xml-element.ts';
import { DecodeError } from './decode-error.ts';
import { enterScope, qualifiedName, type NamespaceScope } from './namespace-scope.ts';

/** Longest attribute or text that is read, in UTF-16 units: a JID's 3,071 bytes fit. */
export const maxStringLength = 4_096;

/** A whole number as XML Schema and every peer write it; no hexadecimal, no exponent, no blanks. */
const wholeNumber = /^-?\d{1,15}$/;

export type IntegerRange = { readonly min: number; readonly max: number };

/**
 * Reads one element of a peer's. Lookups match local name and namespace, which children inherit; whatever nobody
 * asks for is ignored. Every complaint is a DecodeError that names the place.
 */
export class ElementReader {
  readonly path: string;
  readonly localName: string;
  readonly namespace: string;
  readonly #element: XmlElement;
  readonly #scope: NamespaceScope;
  #resolved: readonly Resolved[] | undefined;

  private constructor({ element, scope, localName, namespace }: Resolved, path: string) {
    this.path = path;
    this.localName = localName;
    this.namespace = namespace;
    this.#element = element;
    this.#scope = scope;
  }

  static root(element: XmlElement): ElementReader {
    const resolved = resolve(element);
    return new ElementReader(resolved, resolved.localName);
  }

  is(localName: string, namespace: string): boolean {
    return this.localName === localName && this.namespace === namespace;
  }

  /** The attribute, or undefined where it is absent or too long: for what a client wrote and the focus only passed on. */
  tolerant(attribute: string): string | undefined {
    const value = this.#attribute(attribute);
    return value !== undefined && value.length > maxStringLength ? undefined : value;
  }

  optional(attribute: string): string | undefined {
    const value = this.#attribute(attribute);
    if (value !== undefined && value.length > maxStringLength) {
      this.fail(`longer than ${maxStringLength} characters`, attribute);
    }
    return value;
  }

  /** The attribute must be there and must not be blank. */
  required(attribute: string): string {
    const value = this.optional(attribute);
    if (value === undefined || value.trim() === '') this.fail('is missing', attribute);
    return value;
  }

  /** `true` in any letter case is true, everything else, `1` included, is false (colibri2.md §1.2). */
  boolean(attribute: string, absent = false): boolean {
    const value = this.optional(attribute);
    return value === undefined ? absent : value.toLowerCase() === 'true';
  }

  integer(attribute: string, range: IntegerRange): number | undefined {
    const value = this.optional(attribute);
    if (value === undefined) return undefined;
    const number = wholeNumber.test(value) ? Number(value) : Number.NaN;
    if (!(number >= range.min && number <= range.max)) {
      this.fail(`must be a whole number from ${range.min} to ${range.max}`, attribute);
    }
    return number;
  }

  requiredInteger(attribute: string, range: IntegerRange): number {
    return this.integer(attribute, range) ?? this.fail('is missing', attribute);
  }

  /** One of `allowed`, compared without regard to case. */
  oneOf<T extends string>(attribute: string, allowed: readonly T[]): T | undefined {
    const value = this.optional(attribute);
    if (value === undefined) return undefined;
    return (
      allowed.find((candidate) => candidate === value.toLowerCase()) ??
      this.fail(`must be one of ${allowed.join(', ')}`, attribute)
    );
  }

  /** The text directly inside, trimmed; '' where it is too long, as for `tolerant`. */
  text(): string {
    const text = this.#element.children.filter((child) => typeof child === 'string').join('');
    return text.length > maxStringLength ? '' : text.trim();
  }

  /** The first such child. */
  child(localName: string, namespace: string): ElementReader | undefined {
    return this.#find(localName, namespace, 1, (_index) => '')[0];
  }

  /** All such children in document order; more than `max` are an error. */
  children(localName: string, namespace: string, max: number): readonly ElementReader[] {
    const found = this.#find(localName, namespace, max + 1, (index) => `[${index}]`);
    if (found.length > max) this.fail(`has more than ${max} <${localName}>`);
    return found;
  }

  /** As `children`, but what exceeds `max` is ignored: for lists a client wrote. */
  firstChildren(localName: string, namespace: string, max: number): readonly ElementReader[] {
    return this.#find(localName, namespace, max, (index) => `[${index}]`);
  }

  /** Every child element, for callers that dispatch on the name. */
  elements(max: number): readonly ElementReader[] {
    return this.#children()
      .slice(0, max)
      .map((child) => new ElementReader(child, `${this.path}/${child.localName}`));
  }

  fail(problem: string, attribute?: string): never {
    throw new DecodeError(
      attribute === undefined ? this.path : `${this.path}@${attribute}`,
      problem,
    );
  }

  #attribute(name: string): string | undefined {
    const value: unknown = Object.hasOwn(this.#element.attrs, name)
      ? this.#element.attrs[name]
      : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  #find(
    localName: string,
    namespace: string,
    limit: number,
    suffix: (index: number) => string,
  ): readonly ElementReader[] {
    return this.#children()
      .filter((child) => child.localName === localName && child.namespace === namespace)
      .slice(0, limit)
      .map((child, index) => {
        return new ElementReader(child, `${this.path}/${localName}${suffix(index + 1)}`);
      });
  }

  /** Found out once: a reader is asked for one kind of child after the other. */
  #children(): readonly Resolved[] {
    this.#resolved ??= this.#element.children
      .filter((child) => typeof child !== 'string')
      .map((child) => resolve(child, this.#scope));
    return this.#resolved;
  }
}

/** An element with the namespaces in force for it. */
type Resolved = {
  readonly element: XmlElement;
  readonly scope: NamespaceScope;
  readonly localName: string;
  readonly namespace: string;
};

function resolve(element: XmlElement, outer?: NamespaceScope): Resolved {
  const scope = enterScope(element, outer);
  return { element, scope, ...qualifiedName(element, scope) };
}
