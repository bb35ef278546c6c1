import { err, ok } from '../../src/base/result.ts';
import type { ChannelCommand, ChannelEvent } from '../../src/conference/channel-messages.ts';
import type { ChannelCodec, ChannelLink } from '../../src/conference/ports.ts';

/** Passes values through as text that names them, so that decisions are tested and not the wire form. */
export class FakeChannelCodec implements ChannelCodec {
  readonly #commands = new Map<string, ChannelCommand>();

  write(command: ChannelCommand): string {
    const text = `command ${this.#commands.size}`;
    this.#commands.set(text, command);
    return text;
  }

  decode(text: string) {
    const command = this.#commands.get(text);
    return command ? ok(command) : err('unknown text');
  }

  encode(event: ChannelEvent): string {
    return JSON.stringify(event);
  }
}

/** A link that keeps what is sent on it. */
export class FakeLink implements ChannelLink {
  readonly carrier: ChannelLink['carrier'];
  readonly events: ChannelEvent[] = [];
  open = true;
  closedWith: string | undefined;

  constructor(carrier: ChannelLink['carrier'] = 'websocket') {
    this.carrier = carrier;
  }

  get stalled(): boolean {
    return !this.open;
  }

  send(text: string): boolean {
    if (this.open) this.events.push(JSON.parse(text) as ChannelEvent);
    return this.open;
  }

  close(code: number, reason: string): void {
    this.closedWith = `${code} ${reason}`;
    this.open = false;
  }

  of<Type extends ChannelEvent['type']>(type: Type) {
    return this.events.filter((event) => event.type === type) as Extract<
      ChannelEvent,
      { type: Type }
    >[];
  }
}
