import type { types } from 'mediasoup';
import type { ConferenceRouter } from './conference-router.ts';
import type { Sweep } from './sweep.ts';
import type { Traffic } from './traffic.ts';

/** Not a port a service has: the dynamic ones (RFC 6335 §6). */
const listenInfo: types.TransportListenInfo = {
  protocol: 'udp',
  ip: '127.0.0.1',
  portRange: { min: 49_152, max: 65_535 },
  // Bursts of many sources wait in one socket; the system may grant less (net.core.rmem_max).
  recvBufferSize: 4 * 1024 * 1024,
  sendBufferSize: 4 * 1024 * 1024,
};

/** The ends of the pipe between two routers, as seen by what travels. */
export type PipeEnds = { readonly from: types.PipeTransport; readonly to: types.PipeTransport };

/** What pipes share with the rest of the media plane. */
export type PipeContext = { readonly sweep: Sweep; readonly traffic: Traffic };

/** The pipes between the routers of one conference: one for two of them, both ways (docs/media-plane.md, "A conference across workers"). */
export class RouterPipes {
  readonly #context: PipeContext;
  readonly #pipes = new Map<ConferenceRouter, Map<ConferenceRouter, Promise<PipeEnds>>>();
  readonly #meters = new Set<() => void>();

  constructor(context: PipeContext) {
    this.#context = context;
  }

  /** @throws Error when one of the workers cannot open its end */
  between(from: ConferenceRouter, to: ConferenceRouter): Promise<PipeEnds> {
    const known = this.#pipes.get(from)?.get(to);
    if (known) return known;
    const opened = this.#open(from, to);
    this.#remember(from, to, opened);
    this.#remember(
      to,
      from,
      opened.then((ends) => ({ from: ends.to, to: ends.from })),
    );
    return opened;
  }

  /** Nothing is measured any more; the pipes end with their routers. */
  close(): void {
    for (const end of this.#meters) end();
    this.#meters.clear();
  }

  async #open(from: ConferenceRouter, to: ConferenceRouter): Promise<PipeEnds> {
    const ends = await openPipe(from, to);
    const end = this.#context.sweep.add(new PipeMeter(ends, this.#context.traffic));
    this.#meters.add(end);
    ends.from.observer.once('close', () => {
      end();
      this.#meters.delete(end);
      this.#forget(from, to);
    });
    return ends;
  }

  #remember(from: ConferenceRouter, to: ConferenceRouter, ends: Promise<PipeEnds>): void {
    const pipes = this.#pipes.get(from) ?? new Map<ConferenceRouter, Promise<PipeEnds>>();
    this.#pipes.set(from, pipes.set(to, ends));
    ends.catch(() => this.#forget(from, to)); // whoever asked is told
  }

  #forget(from: ConferenceRouter, to: ConferenceRouter): void {
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const pipes = this.#pipes.get(one);
      pipes?.delete(other);
      if (pipes?.size === 0) this.#pipes.delete(one);
    }
  }
}

async function openPipe(from: ConferenceRouter, to: ConferenceRouter): Promise<PipeEnds> {
  const opened: types.PipeTransport[] = [];
  const openEnd = async (router: ConferenceRouter) => {
    const end = await router.createPipeTransport({ listenInfo, enableRtx: true });
    opened.push(end);
    return end;
  };
  try {
    const [a, b] = await Promise.all([openEnd(from), openEnd(to)]);
    await Promise.all([connect(a, b), connect(b, a)]);
    // A worker that dies takes its end along.
    a.observer.once('close', () => b.close());
    b.observer.once('close', () => a.close());
    if (a.closed || b.closed) throw new Error('a worker died meanwhile');
    return { from: a, to: b };
  } catch (error) {
    for (const end of opened) end.close();
    throw error;
  }
}

function connect(end: types.PipeTransport, other: types.PipeTransport): Promise<void> {
  const { localAddress, localPort } = other.tuple;
  return end.connect({ ip: localAddress, port: localPort });
}

/** Counts what travels through one pipe. */
class PipeMeter {
  readonly #ends: PipeEnds;
  readonly #traffic: Traffic;
  #countedBytes = 0;

  constructor(ends: PipeEnds, traffic: Traffic) {
    this.#ends = ends;
    this.#traffic = traffic;
  }

  async sweep(): Promise<void> {
    const { from } = this.#ends;
    if (from.closed) return;
    const [stats] = await from.getStats();
    if (!stats) return;
    const bytes = stats.bytesSent + stats.bytesReceived;
    this.#traffic.countPiped(bytes - this.#countedBytes);
    this.#countedBytes = bytes;
  }
}
