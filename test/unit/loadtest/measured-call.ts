import { AudioSender } from '../../../loadtest/media/audio-sender.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { ReceivedStream } from '../../../loadtest/media/received-stream.ts';
import { ReceiverLog } from '../../../loadtest/media/receiver-log.ts';
import type { Track } from '../../../loadtest/media/trace.ts';
import { VideoSender } from '../../../loadtest/media/video-sender.ts';
import type { StepReport } from '../../../loadtest/report/report.ts';
import type { JoinRecord } from '../../../loadtest/run/crowd.ts';
import { Holes } from '../../../loadtest/run/holes.ts';
import type { Observation } from '../../../loadtest/run/observation.ts';
import { pairsOf } from '../../../loadtest/run/pairs.ts';
import { stepReport } from '../../../loadtest/run/step-report.ts';
import { defaultLimits } from '../../../loadtest/run/limits.ts';
import { parseRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { client } from './synthetic-client.ts';

/** What a bridge does with the packet of that number: ms until it comes out, or undefined if it loses it. */
export type FakeBridge = (packet: number, isRtx: boolean) => number | undefined;

const RTX = 96;

/** One sender, a fake bridge, one receiver, in virtual time; what the report says of it. */
export class MeasuredCall {
  readonly time = new FakeTime();
  readonly totals = new Measurements();
  readonly log = new ReceiverLog(2, this.totals);
  readonly #bridge: FakeBridge;
  readonly #stream: ReceivedStream;
  readonly #sender: AudioSender | VideoSender;
  #packets = 0;
  readonly #start: Observation;
  #before: Observation;
  #holes: Holes;
  #joins: readonly JoinRecord[] = [];

  constructor(kind: 'audio' | 'video', bridge: FakeBridge, track?: Track) {
    this.#bridge = bridge;
    this.#start = this.#before = this.observe();
    this.#holes = new Holes(this.#start);
    this.#stream = new ReceivedStream(11, kind, this.log);
    const common = {
      participant: 1,
      group: 0,
      ssrc: 11,
      random: seededRandom(),
      startUs: this.#nowUs(),
      nextTransportSequence: () => 0,
      totals: this.totals,
      emit: (packet: Buffer) => this.#forward(packet),
    };
    this.#sender = track
      ? new VideoSender({
          ...common,
          codec: 'VP8',
          track,
          framesPerSecond: 30,
          encoding: 0,
          rtx: 12,
          payloadType: 100,
          rtxPayloadType: RTX,
        })
      : new AudioSender({ ...common, payloadType: 111, endless: true });
  }

  get sender(): AudioSender | VideoSender {
    return this.#sender;
  }

  run(seconds: number): this {
    for (let ms = 0; ms < seconds * 1000; ms += 1) {
      this.time.advance(1);
      if (this.#sender.dueUs <= this.#nowUs()) this.#sender.send(this.#nowUs());
      if (ms % 20 === 0) this.#tick();
      if (ms % 1000 === 999) this.#holes.add(this.observe());
    }
    return this;
  }

  /** What was until now was joining; the step begins. */
  joined(joins: readonly JoinRecord[]): this {
    this.#before = this.observe();
    this.#holes = new Holes(this.#before);
    this.#joins = joins;
    return this;
  }

  report(): StepReport {
    const after = this.observe();
    return stepReport({
      name: 'a call',
      rooms: 1,
      startS: 0,
      joining: { start: this.#start, before: this.#before },
      before: this.#before,
      after,
      joins: this.#joins,
      service: { views: 1, deaf: 0, blind: 0, unconnected: new Map() },
      pairs: this.#pairs(this.#before.atUs, after.atUs),
      holes: this.#holes,
      groups: [],
      views: new Map(),
      limits: defaultLimits,
    });
  }

  #pairs(beganUs: number, endedUs: number): StepReport['pairs'] {
    const { kind, encoding, packets, speech } = this.#sender;
    const isAudio = kind === 'audio';
    const speaker = client(1, isAudio ? {} : { audio: 'none', video: 'VP8' });
    return pairsOf({
      members: [speaker, client(2, { audio: 'none' })],
      before: [],
      beganUs,
      after: { flows: this.log.flows, sent: [{ sender: 1, kind, encoding, packets, speech }] },
      endedUs,
    });
  }

  #tick(): void {
    this.totals.count('ownSent');
    this.totals.record('ownDelay', 100);
    const { nacks, pli } = this.#stream.due(this.#nowUs());
    if (!(this.#sender instanceof VideoSender)) return;
    this.#sender.retransmit(nacks);
    if (pli) this.#sender.requestKeyFrame();
  }

  #forward(data: Buffer): void {
    const packet = parseRtp(data);
    const isRtx = packet.payloadType === RTX;
    const delayMs = this.#bridge(isRtx ? -1 : this.#packets++, isRtx);
    if (delayMs === undefined) return;
    this.time.after(delayMs, () => {
      if (isRtx) this.#stream.onRtx(packet, this.#nowUs());
      else this.#stream.onPacket(packet, this.#nowUs());
    });
  }

  observe(): Observation {
    const unknown = undefined;
    return {
      atUs: this.#nowUs(),
      snapshot: this.totals.snapshot(),
      groups: {},
      ways: {},
      bridge: {
        processes: [],
        socketDrops: unknown,
        stress: unknown,
        participants: unknown,
        packetsReceived: unknown,
        packetsSent: unknown,
        eventLoopDelayP99Ms: unknown,
      },
      generatorCpuUs: [0],
      generatorThreads: new Map(),
      bridgeThreads: new Map(),
      machineCpuUs: unknown,
      ownCpuUs: 0,
      generatorDrops: 0,
      participants: 2,
    };
  }

  #nowUs(): number {
    return this.time.nowMs() * 1000;
  }
}
