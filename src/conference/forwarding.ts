import type { Clock, Scheduled, Timers } from '../base/clock.ts';
import type { EndpointId, SourceName } from '../model/ids.ts';
import type { ConferenceConfig } from './conference-config.ts';
import type { Endpoint } from './endpoint.ts';
import type { ForwardingView } from './forwardable.ts';
import { forwardingView } from './forwarding-view.ts';
import { HeardMicrophones } from './heard-microphones.ts';
import { LoudestMicrophones } from './loudest-microphones.ts';
import type { MediaEvent } from './ports.ts';
import { SenderConstraints } from './sender-constraints.ts';
import type { Speakers } from './speakers.ts';

/** Up to this many participants every microphone is sent to everybody; beyond, those that were heard lately, no fewer than this. */
const audibleMicrophones = 20;

/** With more receivers than this everybody is decided anew at most every so often: joins come in bursts. */
const receiversAtOnce = 20;
const burstIntervalMs = 50;

export type ForwardingOptions = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly speakers: Speakers;
  readonly config: ConferenceConfig;
  readonly clock: Clock;
  readonly timers: Timers;
};

type AudioLevels = Extract<MediaEvent, { readonly type: 'audio-levels' }>['levels'];

/** Decides who is sent what of whom, whenever something it depends on changed, and tells senders what is wanted. */
export class Forwarding {
  readonly #options: ForwardingOptions;
  readonly #constraints = new SenderConstraints();
  readonly #heard = new HeardMicrophones(audibleMicrophones);
  /** Only where no others are to be sent. */
  readonly #loudest: LoudestMicrophones | undefined;
  #view: ForwardingView | undefined;
  #refreshedAllMs = -Infinity;
  #waiting: Scheduled | undefined;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    const { loudest } = options.config;
    if (loudest.routeLoudestOnly) this.#loudest = new LoudestMicrophones(loudest);
  }

  /**
   * Something changed that concerns every receiver: sources, their types or layers, the order of speakers. Acts
   * at once, but for bursts among many receivers.
   */
  refreshAll(): void {
    this.#view = undefined;
    if (this.#waiting) return;
    const { clock, endpoints, timers } = this.#options;
    const pauseMs = endpoints.size > receiversAtOnce ? burstIntervalMs : 0;
    const waitMs = this.#refreshedAllMs + pauseMs - clock.nowMs();
    if (waitMs <= 0) this.#refreshAllNow();
    else this.#waiting = timers.after(waitMs, () => this.#refreshAllNow());
  }

  /** One receiver wants, or can take, something else. */
  refresh(receiver: Endpoint): void {
    this.#refresh([receiver]);
  }

  /** Rates changed, which the next decision is to see. */
  invalidate(): void {
    this.#view = undefined;
  }

  /** Decides anew where that has not happened for long, or a slot has come free. */
  tick(nowMs: number): void {
    const due = [...this.#options.endpoints.values()].filter(({ receiver }) =>
      receiver.isDue(nowMs),
    );
    if (due.length > 0) this.#refresh(due);
  }

  /** Somebody became the dominant speaker: first in order, and heard. */
  dominantChanged(): void {
    const { dominant } = this.#options.speakers;
    if (dominant !== undefined) this.#heard.speaks(dominant, this.#options.clock.nowMs());
    this.refreshAll();
  }

  /** Somebody begins to speak: in a large conference nobody may be sent the microphone yet. */
  voiceStarted(speaker: EndpointId): void {
    const isNew = this.#heard.speaks(speaker, this.#options.clock.nowMs());
    if (isNew && this.#isLarge()) this.refreshAll();
  }

  observeLevels(levels: AudioLevels): void {
    const { endpoints, clock } = this.#options;
    const present = levels.filter(({ endpointId }) => endpoints.has(endpointId));
    const nowMs = clock.nowMs();
    const heard = this.#heard.observe(present, nowMs) && this.#isLarge();
    const loudest = this.#loudest?.observe(present, nowMs) ?? false;
    if (heard || loudest) this.refreshAll();
  }

  /** To be called once the endpoint is no longer among the endpoints. */
  endpointLeft(endpoint: Endpoint): void {
    const nowMs = this.#options.clock.nowMs();
    this.#heard.left(endpoint.id);
    this.#loudest?.left(endpoint.id);
    this.#constraints.receiverLeft(endpoint.id);
    for (const { receiver } of this.#options.endpoints.values())
      receiver.ownerLeft(endpoint.id, nowMs);
    this.sourcesRemoved(endpoint.sources.signalled.map(({ name }) => name));
  }

  sourcesRemoved(names: readonly SourceName[]): void {
    for (const name of names) this.#constraints.sourceRemoved(name);
  }

  close(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }

  /** The greatest height any receiver wants of a source, as its sender knows it. */
  wantedHeight(source: SourceName): number | undefined {
    return this.#constraints.current(source);
  }

  /** Tells a channel that has just opened what is wanted of its endpoint and what it gets. */
  replay(endpoint: Endpoint): void {
    for (const { name, kind } of endpoint.sources.signalled) {
      const maxHeight = kind === 'video' ? this.#constraints.current(name) : undefined;
      if (maxHeight === undefined) continue;
      endpoint.channel.send({ type: 'sender-constraints', source: name, maxHeight });
    }
    endpoint.receiver.replay(this.#options.clock.nowMs());
    this.refresh(endpoint); // what was not announced for want of a channel can be sent now
  }

  #refreshAllNow(): void {
    this.#waiting = undefined;
    this.#refresh(this.#options.endpoints.values());
    this.#refreshedAllMs = this.#options.clock.nowMs(); // the time it took is not part of the pause
  }

  #refresh(receivers: Iterable<Endpoint>): void {
    const nowMs = this.#options.clock.nowMs();
    this.#view ??= this.#buildView();
    for (const { id, receiver } of receivers) {
      receiver.update(this.#view, nowMs);
      this.#constraints.setWishes(id, receiver.effectiveHeights);
    }
    this.#tellSenders();
  }

  #tellSenders(): void {
    if (!this.#constraints.touched) return;
    const owners = new Map<SourceName, Endpoint>();
    for (const endpoint of this.#options.endpoints.values()) {
      for (const { name } of endpoint.sources.signalled) owners.set(name, endpoint);
    }
    for (const change of this.#constraints.takeChanges((name) => owners.has(name))) {
      owners.get(change.source)?.channel.send({ type: 'sender-constraints', ...change });
    }
  }

  #buildView(): ForwardingView {
    const { endpoints, speakers } = this.#options;
    const ordered = speakers.inOrder(endpoints.keys()).flatMap((id) => endpoints.get(id) ?? []);
    return forwardingView(ordered, this.#audible());
  }

  /** Whose microphones go out unasked; undefined = everybody's. */
  #audible(): ReadonlySet<EndpointId> | undefined {
    if (!this.#loudest) return this.#isLarge() ? this.#heard.heard : undefined;
    const { config, speakers } = this.#options;
    const { dominant } = speakers;
    const withDominant = config.loudest.alwaysRouteDominant && dominant !== undefined;
    return new Set([...this.#loudest.loudest, ...(withDominant ? [dominant] : [])]);
  }

  #isLarge(): boolean {
    let participants = 0;
    for (const { visitor } of this.#options.endpoints.values()) if (!visitor) participants += 1;
    return participants > audibleMicrophones;
  }
}
