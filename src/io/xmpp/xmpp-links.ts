import type { XmppLink, XmppLinkStatus } from './xmpp-link.ts';

/** Sums over all links, for statistics and health. */
export type XmppLinksSummary = {
  readonly configured: number;
  readonly connected: number;
  readonly roomsConfigured: number;
  readonly roomsJoined: number;
  /** Streams that ended since the bridge started, those of removed links included. */
  readonly disconnects: number;
};

/** The bridge's connections by id; they come and go at run time over HTTP (operations.md §4.5). */
export class XmppLinks {
  readonly #links = new Map<string, XmppLink>();
  #formerDisconnects = 0;

  get ids(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** Starts a link. An id that is taken is a mistake of the caller's. */
  add(id: string, link: XmppLink): void {
    if (this.#links.has(id)) throw new Error(`there is a link ${id} already`);
    this.#links.set(id, link);
    link.start();
  }

  /** Stops and forgets a link; false if there is none. Resolves when it has left its rooms. */
  async remove(id: string): Promise<boolean> {
    const link = this.#links.get(id);
    if (!link) return false;
    this.#links.delete(id);
    await link.stop();
    this.#formerDisconnects += link.status.disconnects;
    return true;
  }

  /** Sends everybody the statistics of now. */
  publishStats(): void {
    for (const link of this.#links.values()) link.publishStats();
  }

  status(id: string): XmppLinkStatus | undefined {
    return this.#links.get(id)?.status;
  }

  get summary(): XmppLinksSummary {
    const statuses = [...this.#links.values()].map((link) => link.status);
    const rooms = statuses.flatMap((status) => status.rooms);
    return {
      configured: statuses.length,
      connected: statuses.filter(({ state }) => state.type === 'online').length,
      roomsConfigured: rooms.length,
      roomsJoined: rooms.filter(({ state }) => state.type === 'joined').length,
      disconnects: statuses.reduce(
        (sum, { disconnects }) => sum + disconnects,
        this.#formerDisconnects,
      ),
    };
  }

  /** Leaves all rooms and closes all streams. */
  async stop(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.remove(id)));
  }
}
