import type { MediaKind } from '../../src/model/media-description.ts';
import type { Measurements } from './measurements.ts';
import { framesBetween, type Stamp } from './stamp.ts';

/** What one receiver got of one RTP stream of one sender, by the sender's own packet numbers. */
export type Flow = {
  readonly receiver: number;
  readonly sender: number;
  readonly kind: MediaKind;
  readonly encoding: number;
  readonly first: number;
  readonly last: number;
  /** Different packets, repaired ones included. */
  readonly delivered: number;
  /** Given up by sequence number. */
  readonly lost: number;
  /** The latest packet with speech, as `Speech.frame` counts; undefined = none came. */
  readonly lastSpeech: number | undefined;
  /** When a whole frame was shown last, µs. */
  readonly shownUs: number | undefined;
};

type OpenFlow = { -readonly [K in keyof Flow]: Flow[K] };

/** Less is the rhythm of a camera, a pause between words. */
const INTERRUPTION_US = 100_000;
/** Layer switches that take longer were not what was asked for. */
const MAX_SWITCH_US = 10_000_000;

/** What one client saw: its flows and first times; the rest goes into the sums of its process. */
export class ReceiverLog {
  /** Of all senders. */
  readonly totals: Measurements;
  readonly #from: (group: number) => Measurements;
  /** Looked up once a group, since every packet asks. */
  readonly #ways: Measurements[] = [];
  firstAudioUs: number | undefined;
  firstFrameUs: number | undefined;
  lastAudioUs: number | undefined;
  lastFrameUs: number | undefined;
  readonly #participant: number;
  readonly #everyVoice: boolean;
  readonly #flows = new Map<string, OpenFlow>();
  #viewChangedUs: number | undefined;
  #lastMediaUs: number | undefined;

  /**
   * @param from where it is counted what comes from a group of senders
   * @param everyVoice the bridge has no reason to leave one out
   */
  constructor(
    participant: number,
    totals: Measurements,
    from: (group: number) => Measurements = () => totals,
    everyVoice = true,
  ) {
    this.#participant = participant;
    this.totals = totals;
    this.#from = from;
    this.#everyVoice = everyVoice;
  }

  get flows(): readonly Flow[] {
    return [...this.#flows.values()];
  }

  delivered(stamp: Stamp, repaired: boolean, nowUs: number): void {
    const flow = this.#flow(stamp);
    flow.first = Math.min(flow.first, stamp.counter);
    flow.last = Math.max(flow.last, stamp.counter);
    flow.delivered += 1;
    if (stamp.speech && framesBetween(flow.lastSpeech, stamp.speech.frame) > 0)
      flow.lastSpeech = stamp.speech.frame;
    const way = this.#way(stamp);
    way.count(stamp.kind === 'audio' ? 'audioDelivered' : 'videoDelivered');
    if (repaired) way.count(stamp.kind === 'audio' ? 'audioRepaired' : 'videoRepaired');
    if (stamp.kind === 'audio') {
      this.firstAudioUs ??= nowUs;
      this.lastAudioUs = nowUs;
    }
    const silentUs = nowUs - (this.#lastMediaUs ?? nowUs);
    if (silentUs > INTERRUPTION_US) this.totals.record('interruption', silentUs);
    this.#lastMediaUs = nowUs;
  }

  lost(stamp: Stamp | undefined, packets: number): void {
    if (!stamp) return;
    this.#flow(stamp).lost += packets;
    this.#way(stamp).count(stamp.kind === 'audio' ? 'audioLost' : 'videoLost', packets);
  }

  delay(stamp: Stamp, us: number): void {
    this.#way(stamp).record(stamp.kind === 'audio' ? 'audioDelay' : 'videoDelay', us);
  }

  frameShown(stamp: Stamp, nowUs: number): void {
    this.totals.count('frames');
    this.#flow(stamp).shownUs = nowUs;
    this.firstFrameUs ??= nowUs;
    this.lastFrameUs = nowUs;
  }

  /** A hole in a voice. */
  audioGap(stamp: Stamp, us: number): void {
    this.#way(stamp).record('audioGap', us);
  }

  /** Speech that did not come and whose sequence numbers others have. */
  speechLeftOut(stamp: Stamp, packets: number): void {
    if (this.#everyVoice) this.#way(stamp).count('speechLeftOut', packets);
  }

  freeze(stamp: Stamp, us: number): void {
    this.#way(stamp).record('freeze', us);
  }

  /** The client asked for other heights. */
  viewChanged(nowUs: number): void {
    this.#viewChangedUs = nowUs;
  }

  layerSwitched(nowUs: number): void {
    this.totals.count('layerSwitches');
    const since = this.#viewChangedUs;
    if (since !== undefined && nowUs - since < MAX_SWITCH_US) {
      this.totals.record('layerSwitch', nowUs - since);
    }
    this.#viewChangedUs = undefined;
  }

  #way({ group }: Stamp): Measurements {
    return (this.#ways[group] ??= this.#from(group));
  }

  #flow({ participant: sender, kind, encoding, counter }: Stamp): OpenFlow {
    const key = `${sender}/${kind}/${encoding}`;
    const known = this.#flows.get(key);
    if (known) return known;
    const flow = {
      receiver: this.#participant,
      sender,
      kind,
      encoding,
      first: counter,
      last: counter,
      delivered: 0,
      lost: 0,
      lastSpeech: undefined,
      shownUs: undefined,
    };
    this.#flows.set(key, flow);
    return flow;
  }
}
