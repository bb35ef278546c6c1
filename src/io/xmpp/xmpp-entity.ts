// The part of xmpp.js that we use, typed: the packages ship no types. Both generations (client 0.14,
// component 0.13) share this shape; the underscored methods are the seams xmpp.js's own packages hook.
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { XmlElement } from '../../base/xml-element.ts';

/** An element of @xmpp/xml (ltx); `append` and `remove` change it in place. */
export type LibraryElement = XmlElement & {
  is(name: string, namespace?: string): boolean;
  append(...nodes: readonly (LibraryElement | string)[]): void;
  remove(child: LibraryElement): LibraryElement;
  toString(): string;
};

/** The streaming parser of @xmpp/xml: emits `start`, `element`, `end`, `error`. */
export type LibraryParser = EventEmitter & {
  root: LibraryElement | null;
  cursor: LibraryElement | null;
  onStartElement(name: string, attrs: Record<string, string>): void;
  onEndElement(name: string): void;
  onText(text: string): void;
  write(data: string): void;
};

/** A connection of xmpp.js: emits `online`, `disconnect`, `error`, `element`, `stanza`. */
export type XmppEntity = EventEmitter & {
  socket: (Socket & { secure?: boolean }) | null;
  parser: LibraryParser | null;
  /** Milliseconds to wait for the server when opening and closing a stream. */
  timeout: number;
  Parser: new () => LibraryParser;
  readonly reconnect: { stop(): void };
  readonly streamManagement?: EventEmitter & { readonly id: string };
  connect(service: string): Promise<void>;
  open(options: { readonly domain: string; readonly lang: string }): Promise<unknown>;
  restart(): Promise<unknown>;
  send(stanza: LibraryElement): Promise<void>;
  stop(): Promise<unknown>;
  isSecure(): boolean;
  socketParameters(service: string): { readonly host: string; readonly port: number };
  _attachSocket(socket: Socket): void;
  _detachSocket(): void;
  _onData(data: Buffer): void;
  _onElement(element: LibraryElement): void;
};

/** @public used by xmpp-packages.d.ts */
export type CreateElement = ((
  name: string,
  attrs: Readonly<Record<string, string | undefined>>,
  ...children: readonly (LibraryElement | string)[]
) => LibraryElement) & { readonly Parser: new () => LibraryParser };

/** @public used by xmpp-packages.d.ts */
export type ClientOptions = {
  readonly service: string;
  readonly domain: string;
  readonly lang: string;
  readonly username: string;
  /** Undefined: the server chooses. */
  readonly resource?: string | undefined;
  /** Only our tests' clients let the library log in. */
  readonly credentials?: (
    authenticate: (
      credentials: { readonly username: string; readonly password: string },
      mechanism: string,
    ) => Promise<void>,
  ) => Promise<void>;
};

/** @public used by xmpp-packages.d.ts */
export type ComponentOptions = {
  readonly service: string;
  readonly domain: string;
  readonly password: string;
};
