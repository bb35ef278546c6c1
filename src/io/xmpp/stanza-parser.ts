import { xml } from '@xmpp/client';
import type { LibraryElement, LibraryParser } from './xmpp-entity.ts';

export type StanzaLimits = {
  /** Characters of names, attributes and text of one stanza. */
  readonly maxChars: number;
  /** Elements within elements, the stanza itself being 1. */
  readonly maxDepth: number;
};

/**
 * Colibri2 requests for large conferences reach hundreds of kilobytes (operations.md §1.2), and Prosody passes
 * 256 KiB unless told otherwise; nothing legitimate is near this.
 */
export const stanzaLimits: StanzaLimits = { maxChars: 2 * 1024 * 1024, maxDepth: 64 };

/**
 * The tokenizer looks for the end of a text or an attribute anew at every character of what it is given: the
 * square of its length, which at the size of a packet holds everything up for a noticeable time.
 */
const sliceChars = 4096;

export type StanzaParserEvents = {
  readonly onRefused: (shell: LibraryElement, reason: string) => void;
  /** The stream is not XML, or not for us to hold; nothing more comes of it. Once. */
  readonly onBroken: (error: Error) => void;
};

/** What an element costs in memory beyond its characters, roughly, in characters. */
const elementChars = 100;

/**
 * The library's parser with bounds. A stanza that breaks them is read to its end without being kept and reported
 * by `onRefused` as its bare outer element, so that it can be answered; the stream goes on. One token (a text,
 * a tag) longer than `maxChars` cannot be skipped: like anything that is not XML it breaks the stream.
 */
class StanzaParser extends xml.Parser {
  readonly #limits: StanzaLimits;
  readonly #events: StanzaParserEvents;
  #depth = 0;
  #chars = 0;
  #charsSinceToken = 0;
  #refusal: string | undefined;
  #broken = false;

  constructor(limits: StanzaLimits, events: StanzaParserEvents) {
    super();
    this.#limits = limits;
    this.#events = events;
    // The library stops listening after the first error, and a second one unheard would end the process.
    this.on('error', (error: Error) => {
      this.#broken = true;
      events.onBroken(error);
    });
  }

  override write(data: string): void {
    const { maxChars } = this.#limits;
    try {
      for (let start = 0; start < data.length && !this.#broken; start += sliceChars) {
        const slice = data.slice(start, start + sliceChars);
        this.#charsSinceToken += slice.length;
        super.write(slice);
        if (this.#charsSinceToken > maxChars) {
          throw new Error(`a token of more than ${maxChars} characters`);
        }
      }
    } catch (error) {
      this.emit('error', error); // or an entity or character that XML has not
    }
  }

  override onStartElement(name: string, attrs: Record<string, string>): void {
    if (this.#broken) return;
    const { maxDepth } = this.#limits;
    this.#charsSinceToken = 0;
    this.#depth += 1; // 1 is the stream itself
    this.#count(elementChars + name.length + attributeChars(attrs));
    if (this.#depth - 1 > maxDepth) this.#refuse(`more than ${maxDepth} levels deep`);
    // The outer element is always kept: it says who is to be told.
    if (this.#refusal === undefined || this.#depth === 2) super.onStartElement(name, attrs);
  }

  override onEndElement(name: string): void {
    if (this.#broken) return;
    this.#charsSinceToken = 0;
    this.#depth -= 1;
    if (this.#refusal === undefined) super.onEndElement(name);
    if (this.#depth === 1) this.#finishStanza();
  }

  override onText(text: string): void {
    this.#charsSinceToken = 0;
    // White space between stanzas keeps the connection alive, no more.
    if (this.#broken || this.#depth < 2) return;
    this.#count(text.length);
    if (this.#refusal === undefined) super.onText(text);
  }

  #count(chars: number): void {
    const { maxChars } = this.#limits;
    this.#chars += chars;
    if (this.#chars > maxChars) this.#refuse(`more than ${maxChars} characters`);
  }

  #refuse(reason: string): void {
    this.#refusal ??= reason;
  }

  #finishStanza(): void {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    this.#chars = 0;
    if (refusal === undefined) return;
    const { name, attrs } = outermost(this.cursor);
    this.cursor = this.root;
    this.#events.onRefused(xml(name, attrs), refusal);
  }
}

/** The same as a class without arguments: the library makes a parser for every stream. */
export function stanzaParser(
  limits: StanzaLimits,
  events: StanzaParserEvents,
): new () => LibraryParser {
  return class extends StanzaParser {
    constructor() {
      super(limits, events);
    }
  };
}

type Parented = LibraryElement & { readonly parent: Parented | null };

function outermost(element: LibraryElement | null): LibraryElement {
  let outer = element as Parented;
  while (outer.parent) outer = outer.parent;
  return outer;
}

function attributeChars(attrs: Readonly<Record<string, string>>): number {
  let chars = 0;
  for (const [key, value] of Object.entries(attrs)) chars += key.length + value.length;
  return chars;
}
