import type { SocketFigures, WorkerSocketsFigures } from '../stats/bridge-snapshot.ts';

/**
 * What the media sockets of each worker hold and have dropped. There is one for every client, and each takes its count along when it
 * is closed, so what grew from one look to the next is added up here.
 */
export class ReceivedByWorkers {
  /** Drops by inode, of the last look and the one before: the kernel's table may lack a row, or have it twice, when it changes while it is read. */
  #seen: ReadonlyMap<string, number> = new Map();
  #seenBefore: ReadonlyMap<string, number> = new Map();
  #drops: readonly number[] = [];

  /** @param sockets all that are open now */
  add(sockets: readonly SocketFigures[], workers: number): readonly WorkerSocketsFigures[] {
    const grown = Array.from({ length: workers }, (_, worker) => this.#drops[worker] ?? 0);
    const queued = grown.map(() => 0);
    const open = new Map(sockets.map((socket) => [socket.inode, socket]));
    for (const { worker, inode, drops, queuedBytes } of open.values()) {
      const seen = this.#seen.get(inode) ?? this.#seenBefore.get(inode) ?? 0;
      grown[worker] = (grown[worker] ?? 0) + drops - seen;
      queued[worker] = (queued[worker] ?? 0) + queuedBytes;
    }
    this.#drops = grown;
    this.#seenBefore = this.#seen;
    this.#seen = new Map([...open.values()].map(({ inode, drops }) => [inode, drops]));
    return grown.map((drops, worker) => ({ drops, queuedBytes: queued[worker] ?? 0 }));
  }
}
