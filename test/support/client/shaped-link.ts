// A hop between a client and the bridge that is slow, far and loses packets: networks cannot be shaped in the kernel here.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { seededRandom } from '../seeded-random.ts';

/** What one direction of a link does to datagrams. */
export type LinkShape = {
  /** bit/s; Infinity = as fast as they come. */
  readonly rateBps: number;
  readonly delayMs: number;
  /** Share of the datagrams that get lost, 0 to 1, in runs of `burst`. */
  readonly loss: number;
  readonly burst: number;
  /** What may wait for the rate, ms; more is lost. */
  readonly queueMs: number;
  /** Each datagram is up to so much later, at random; none overtakes another. */
  readonly jitterMs: number;
};

export const perfectLink: LinkShape = {
  rateBps: Infinity,
  delayMs: 0,
  loss: 0,
  burst: 1,
  queueMs: 300,
  jitterMs: 0,
};

export type ShapedLink = {
  /** Clients send here instead of the bridge's port. */
  readonly port: number;
  /** Towards the client, and from it. */
  readonly down: Lane;
  readonly up: Lane;
  close(): void;
};

/** Carries the datagrams of one client. */
export async function openShapedLink(bridgePort: number): Promise<ShapedLink> {
  const inside = await bound();
  const outside = await bound();
  let client: dgram.RemoteInfo | undefined;
  const down = new Lane((datagram) => {
    if (client) inside.send(datagram, client.port, client.address);
  });
  const up = new Lane((datagram) => outside.send(datagram, bridgePort, '127.0.0.1'));
  inside.on('message', (datagram, from) => {
    client = from;
    up.take(datagram);
  });
  outside.on('message', (datagram) => down.take(datagram));
  return {
    port: inside.address().port,
    down,
    up,
    close: () => {
      down.close();
      up.close();
      inside.close();
      outside.close();
    },
  };
}

/** One direction: first in, first out. */
export class Lane {
  readonly #deliver: (datagram: Buffer) => void;
  readonly #random = seededRandom();
  #shape = perfectLink;
  readonly #waiting: {
    readonly datagram: Buffer;
    readonly sinceMs: number;
    readonly dueMs: number;
  }[] = [];
  #busyUntilMs = 0;
  #toLose = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Sees every datagram before anything is done to it. */
  onDatagram: (datagram: Buffer) => void = () => undefined;
  /** Loses a datagram on purpose, whatever the shape says. */
  drops: (datagram: Buffer) => boolean = () => false;
  /** Sees what comes out, and how long it was really held. */
  onDelivered: (datagram: Buffer, heldMs: number) => void = () => undefined;
  lost = 0;

  constructor(deliver: (datagram: Buffer) => void) {
    this.#deliver = deliver;
  }

  shape(shape: Partial<LinkShape>): void {
    this.#shape = { ...this.#shape, ...shape };
  }

  take(datagram: Buffer): void {
    this.onDatagram(datagram);
    const nowMs = performance.now();
    const { rateBps, delayMs, queueMs, jitterMs } = this.#shape;
    const startMs = Math.max(nowMs, this.#busyUntilMs);
    if (this.drops(datagram) || this.#isLost() || startMs - nowMs > queueMs) {
      this.lost += 1;
      return;
    }
    this.#busyUntilMs = startMs + (datagram.length * 8000) / rateBps;
    const laterMs = jitterMs === 0 ? 0 : (this.#random.uint32() / 2 ** 32) * jitterMs;
    const dueMs = Math.max(this.#busyUntilMs + delayMs + laterMs, this.#waiting.at(-1)?.dueMs ?? 0);
    this.#waiting.push({ datagram, sinceMs: nowMs, dueMs });
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #isLost(): boolean {
    const { loss, burst } = this.#shape;
    if (this.#toLose === 0 && this.#random.uint32() / 2 ** 32 < loss / burst) this.#toLose = burst;
    if (this.#toLose === 0) return false;
    this.#toLose -= 1;
    return true;
  }

  #schedule(): void {
    const [next] = this.#waiting;
    if (!next || this.#timer) return;
    const waitMs = Math.max(0, next.dueMs - performance.now());
    this.#timer = setTimeout(() => this.#drain(), waitMs);
  }

  #drain(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (let next = this.#waiting[0]; next && next.dueMs <= nowMs; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#deliver(next.datagram);
      this.onDelivered(next.datagram, performance.now() - next.sinceMs);
    }
    this.#schedule();
  }
}

async function bound(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
