import { allocate } from '../allocation/allocate.ts';
import type { Allocation, SourceAllocation } from '../allocation/allocation.ts';
import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { LayerIndex } from '../model/layer.ts';
import { isVideoEnabled } from '../model/source.ts';
import { selectAudio } from './audio-selection.ts';
import type { ChannelEvent } from './channel-messages.ts';
import type { ConferenceConfig } from './conference-config.ts';
import { type Delivery, deliveryOf, type ReceiverSide } from './delivery.ts';
import { DeliveryLog } from './delivery-log.ts';
import { type Bandwidth, DownlinkEstimate } from './downlink-estimate.ts';
import {
  forwardedSources,
  forwardingPlan,
  type OutgoingAddress,
  samePlan,
} from './forwarding-plan.ts';
import type { ForwardableAudio, ForwardableVideo, ForwardingView } from './forwardable.ts';
import { conferenceSizeLimit, type LastNLimits } from './last-n-limits.ts';
import type { ForwardedStream, ForwardingPlan } from './ports.ts';
import type { ReceiverSlots } from './receiver-slots.ts';
import { ReceiverWishes } from './receiver-wishes.ts';
import { Refusals } from './refusals.ts';
import type { Totals } from './totals.ts';
import { VideoFlow } from './video-flow.ts';

export type ReceiverOptions = {
  readonly endpointId: EndpointId;
  readonly config: ConferenceConfig;
  /** What the load of the bridge allows now; -1 = no limit. */
  readonly loadLastN: () => number;
  /** Only with SSRC rewriting; without it sources keep the SSRCs they have. */
  readonly slots: ReceiverSlots | undefined;
  /** How it stands now; where `rtx` was not offered its estimate means nothing. */
  readonly reach: () => Omit<ReceiverSide, 'spoken'>;
  /** @returns whether it left: false without a channel. */
  readonly send: (event: ChannelEvent) => boolean;
  readonly setPlan: (plan: ForwardingPlan) => void;
  readonly totals: Totals;
};

const nothing: Allocation = { sources: [], targetBps: 0, idealBps: 0, oversending: false };

/** One endpoint as a receiver: what it wants, what its link carries, and what it is sent because of that. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly wishes: ReceiverWishes;
  readonly estimate: DownlinkEstimate;
  readonly flow: VideoFlow;
  #allocation: Allocation = nothing;
  #heights: ReadonlyMap<SourceName, number> = new Map();
  #plan: ForwardingPlan = { streams: [], idealBps: 0 };
  #streams: ReadonlyMap<SourceName, ForwardedStream> = new Map();
  #forwarded: readonly SourceName[] = [];
  readonly #sent = new Map<SourceName, LayerIndex>();
  readonly #refused = new Refusals();
  readonly #deliveries = new DeliveryLog();
  #video: ForwardingView['videoByName'] = new Map();
  #audio: readonly ForwardableAudio[] = [];
  #lastNLimits: LastNLimits | undefined;
  #receives = { audio: true, video: true };
  #allocatedMs = 0;
  #retryAtMs: number | undefined;

  /** @param initially what its focus presumes it wants; the configuration has the rest. */
  constructor(
    options: ReceiverOptions,
    initially: { readonly initialLastN?: number; readonly initialMaxHeightPx?: number },
  ) {
    const { config } = options;
    this.#options = options;
    this.wishes = new ReceiverWishes({
      lastN: initially.initialLastN ?? config.initialLastN,
      initialMaxHeight: initially.initialMaxHeightPx ?? config.initialMaxHeightPx,
      defaultMaxHeight: config.defaultMaxHeightPx,
    });
    this.estimate = new DownlinkEstimate(config.estimate);
    this.flow = new VideoFlow(options.totals);
  }

  get allocation(): Allocation {
    return this.#allocation;
  }

  get plan(): ForwardingPlan {
    return this.#plan;
  }

  get deliveries(): Pick<DeliveryLog, 'history' | 'latest'> {
    return this.#deliveries;
  }

  /** The limits on the number of sources at the last decision; undefined before the first. */
  get lastNLimits(): LastNLimits | undefined {
    return this.#lastNLimits;
  }

  /** What there is to distribute now, bit/s. */
  get bandwidth(): Bandwidth {
    const { assumedBandwidthBps } = this.wishes.settings;
    return this.estimate.available(assumedBandwidthBps, this.#options.reach().codecs.has('rtx'));
  }

  /** The limit of every source it could be sent, pixels: what counts for the senders. */
  get effectiveHeights(): ReadonlyMap<SourceName, number> {
    return this.#heights;
  }

  /** Whether waiting alone is reason enough to decide anew (allocation.md §1.7; a slot that comes free, a refusal to try again). */
  isDue(nowMs: number): boolean {
    return (
      nowMs >= Math.min(this.#retryAtMs ?? Infinity, this.#refused.dueMs) ||
      nowMs - this.#allocatedMs > this.#options.config.maxTimeBetweenCalculationsMs
    );
  }

  /** Decides anew what this receiver gets, and sees to it: maps first, then the plan, then what the client is told. */
  update(view: ForwardingView, nowMs: number): void {
    const { endpointId } = this.#options;
    const { receives } = this;
    const video = receives.video ? view.video.filter(({ owner }) => owner !== endpointId) : [];
    const audio = receives.audio
      ? selectAudio(view.audio, this.wishes.subscription, endpointId)
      : [];
    this.#updateRefused(view, nowMs);
    this.#allocatedMs = nowMs;
    this.#allocation = this.#allocate(video);
    this.#heights = new Map(
      this.#allocation.sources.map(({ source, effectiveMaxHeight }) => [
        source,
        effectiveMaxHeight,
      ]),
    );
    this.#assignSlots(video, audio, nowMs);
    this.#options.slots?.announce(nowMs);
    this.#video = view.videoByName;
    this.#audio = audio;
    this.#applyPlan(view.videoByName, audio);
    this.#watchFlow(view.videoByName, nowMs);
    this.#tellForwarded();
    this.#logDeliveries(nowMs);
  }

  /** Which kinds of media it is sent at all. */
  get receives(): { readonly audio: boolean; readonly video: boolean } {
    return this.#receives;
  }

  setReceives(receives: { readonly audio: boolean; readonly video: boolean }): void {
    this.#receives = { ...receives };
  }

  /** Tells a channel that has just opened where things stand (bridge-channel.md §1.6). */
  replay(nowMs: number): void {
    const { send, slots } = this.#options;
    send({ type: 'forwarded-sources', sources: this.#forwarded });
    slots?.replay(nowMs);
  }

  ownerLeft(owner: EndpointId, nowMs: number): void {
    this.#options.slots?.ownerLeft(owner, nowMs);
  }

  /** What the media plane says really leaves; undefined = nothing, while a key frame is awaited. */
  reportForwarding(source: SourceName, layer: LayerIndex | undefined, nowMs: number): void {
    this.flow.report(source, layer !== undefined, nowMs);
    if (layer) this.#sent.set(source, layer);
    else this.#sent.delete(source);
    const decided = this.#allocation.sources.filter((each) => each.source === source);
    for (const delivery of this.#deliveriesOf(decided, nowMs)) {
      this.#deliveries.observe(delivery, nowMs);
    }
  }

  /** How every source reaches this receiver now, in order of priority. */
  deliveriesNow(nowMs: number): Delivery[] {
    return this.#deliveriesOf(this.#allocation.sources, nowMs);
  }

  /** The stream it is sent a source on; undefined = none. */
  streamOf(source: SourceName): ForwardedStream | undefined {
    return this.#streams.get(source);
  }

  /** The media plane cannot send this receiver the source; its plan must not claim it. */
  refuse(source: SourceName, nowMs: number): void {
    this.#refused.add(source, nowMs);
  }

  isRefused(source: SourceName): boolean {
    return this.#refused.has(source);
  }

  /** Whether a microphone is among those it is to be sent. */
  hasSelected(microphone: SourceName): boolean {
    return this.#audio.some(({ name }) => name === microphone);
  }

  /** SSRCs made up for this receiver. */
  ownSsrcs(): Ssrc[] {
    return this.#options.slots?.ssrcs() ?? [];
  }

  #allocate(video: readonly ForwardableVideo[]): Allocation {
    const { config, loadLastN } = this.#options;
    const { settings } = this.wishes;
    this.#lastNLimits = {
      receiver: settings.lastN,
      bridge: config.jvbLastN,
      load: loadLastN(),
      // Sources, not endpoints, make the size: JVB's way (allocation.md §1.3).
      'conference-size': conferenceSizeLimit(config.conferenceLastNLimits, video.length + 1),
      'ssrc-limit': config.ssrcLimit.video,
    };
    return allocate({
      config: config.allocation,
      settings,
      sources: video,
      lastNLimits: Object.values(this.#lastNLimits),
      availableBps: this.bandwidth.bps,
    });
  }

  #logDeliveries(nowMs: number): void {
    this.#deliveries.keepOnly(this.#video);
    for (const delivery of this.deliveriesNow(nowMs)) this.#deliveries.observe(delivery, nowMs);
  }

  #deliveriesOf(decided: readonly SourceAllocation[], nowMs: number): Delivery[] {
    const receiver = this.#side();
    return decided.flatMap((allocation) => {
      const name = allocation.source;
      const source = this.#video.get(name);
      if (!source) return [];
      const [planned, refused] = [this.#streams.has(name), this.#refused.has(name)];
      const sent = this.#sent.get(name);
      return [deliveryOf({ allocation, source, sent, planned, refused, receiver, nowMs })];
    });
  }

  #side(): ReceiverSide {
    return { ...this.#options.reach(), spoken: this.wishes.spoken };
  }

  #assignSlots(
    video: readonly ForwardableVideo[],
    audio: readonly ForwardableAudio[],
    nowMs: number,
  ): void {
    const { slots } = this.#options;
    if (!slots) return;
    const enabled = video.filter((source) => isVideoEnabled(source.videoType));
    const isWanted = ({ name }: ForwardableVideo) => this.#heights.get(name) !== 0;
    // Before the client said what it wants, slots given in advance would be held from what it then wants.
    const unwanted = this.wishes.spoken ? enabled.filter((source) => !isWanted(source)) : [];
    const wishes = { audio, video: enabled.filter(isWanted), preparedVideo: unwanted };
    this.#retryAtMs = slots.assign(wishes, nowMs);
  }

  #applyPlan(video: ForwardingView['videoByName'], audio: readonly ForwardableAudio[]): void {
    const plan = forwardingPlan({
      allocation: this.#allocation,
      video,
      audio,
      addressOf: (source) => this.#addressOf(source),
    });
    if (samePlan(plan, this.#plan)) return;
    this.#plan = plan;
    this.#streams = new Map(plan.streams.map((stream) => [stream.source, stream]));
    this.#forgetUnsent();
    this.#options.setPlan(plan);
  }

  #watchFlow(video: ForwardingView['videoByName'], nowMs: number): void {
    const planned = this.#plan.streams.filter(({ kind }) => kind === 'video');
    const isArriving = (source: SourceName) =>
      video.get(source)?.layers.some(({ bitrateBps }) => bitrateBps > 0) === true;
    this.flow.plan(
      planned.map(({ source }) => ({ source, arriving: isArriving(source) })),
      nowMs,
    );
  }

  #updateRefused({ videoByName, audio }: ForwardingView, nowMs: number): void {
    const isPresent = (name: SourceName) =>
      videoByName.has(name) || audio.some((source) => source.name === name);
    this.#refused.update(isPresent, nowMs);
  }

  /** The media plane says nothing of what it is no longer asked to send. */
  #forgetUnsent(): void {
    const planned = new Set(forwardedSources(this.#plan));
    for (const source of this.#sent.keys()) {
      if (!planned.has(source)) this.#sent.delete(source);
    }
  }

  /** Without rewriting the source's own SSRCs; with it those of its slot, once the client knows them. */
  #addressOf(source: ForwardableAudio | ForwardableVideo): OutgoingAddress | undefined {
    const { slots } = this.#options;
    if (this.#refused.has(source.name)) return undefined;
    return slots ? slots.knownSlotOf(source) : source.primary;
  }

  #tellForwarded(): void {
    const forwarded = forwardedSources(this.#plan);
    const former = new Set(this.#forwarded);
    const same = forwarded.length === former.size && forwarded.every((name) => former.has(name));
    this.#forwarded = forwarded;
    if (!same) this.#options.send({ type: 'forwarded-sources', sources: forwarded });
  }
}
