import type { EndpointId, SourceName } from '../../model/ids.ts';
import type { ConferenceRouter } from './conference-router.ts';
import type { ReceivedSource } from './received-source.ts';

type Watcher = (received: ReceivedSource, router: ConferenceRouter) => void;

/** The received sources of one conference, and who wants to know when one gets another producer. */
export class SourceRegistry {
  readonly #byOwner = new Map<EndpointId, Map<SourceName, ReceivedSource>>();
  readonly #watchers = new Set<Watcher>();

  find(owner: EndpointId, source: SourceName): ReceivedSource | undefined {
    return this.#byOwner.get(owner)?.get(source);
  }

  add(received: ReceivedSource): void {
    const { owner, source } = received;
    const sources = this.#byOwner.get(owner) ?? new Map<SourceName, ReceivedSource>();
    this.#byOwner.set(owner, sources.set(source.name, received));
  }

  remove(received: ReceivedSource): void {
    const { owner, source } = received;
    const sources = this.#byOwner.get(owner);
    if (sources?.get(source.name) !== received) return;
    sources.delete(source.name);
    if (sources.size === 0) this.#byOwner.delete(owner);
  }

  /** @returns how to stop watching */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells the watchers that `received` has another producer on `router`. */
  announce(received: ReceivedSource, router: ConferenceRouter): void {
    for (const watcher of this.#watchers) watcher(received, router);
  }

  all(): readonly ReceivedSource[] {
    return [...this.#byOwner.values()].flatMap((sources) => [...sources.values()]);
  }
}
