import type { Clock } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { MediaDescription } from '../../src/model/media-description.ts';
import { AudioSender } from '../media/audio-sender.ts';
import type { Measurements } from '../media/measurements.ts';
import type { Pacer } from '../media/pacer.ts';
import type { Trace } from '../media/trace.ts';
import { VideoSender } from '../media/video-sender.ts';
import { buildSenderReport, type RtcpPacket } from '../rtp/rtcp-packet.ts';
import type { ClientSpec } from './client-spec.ts';
import { ssrcsOf } from './client-sources.ts';
import { payloadTypesOf } from './payload-types.ts';

/** How many packets each stream of a client has sent; what conservation is checked against. */
export type SentStream = {
  readonly sender: number;
  readonly kind: 'audio' | 'video';
  readonly encoding: number;
  readonly packets: number;
  /** Of these, how many had speech in them. */
  readonly speech: number;
};

export type MediaSenderOptions = {
  readonly spec: ClientSpec;
  readonly media: readonly MediaDescription[];
  readonly trace: Trace | undefined;
  /** Over a connection that the client had before. */
  readonly sentBefore: readonly SentStream[];
  readonly totals: Measurements;
  readonly pacer: Pacer;
  readonly random: Random;
  readonly clock: Clock;
  readonly send: (packet: Buffer) => void;
};

const REPORT_US = 1_000_000;
/** What a camera takes of its client's own upward link; the rest is for headers, key frames and retransmissions. */
const USED_OF_CAP = 0.8;
/** Opus with its headers, while somebody talks. */
const AUDIO_BPS = 60_000;

/** A client's microphone and camera. */
export class MediaSender {
  readonly #options: MediaSenderOptions;
  readonly #audio: AudioSender | undefined;
  readonly #video: readonly VideoSender[];
  #transportSequence = 0;
  #reportedUs = 0;

  constructor(options: MediaSenderOptions) {
    this.#options = options;
    const startUs = options.clock.nowMs() * 1000;
    this.#audio = options.spec.audio === 'none' ? undefined : this.#makeAudio(startUs);
    this.#video = this.#makeVideo(startUs);
    for (const sender of this.#all()) {
      const before = options.sentBefore.find(
        ({ kind, encoding }) => kind === sender.kind && encoding === sender.encoding,
      );
      sender.packets = before?.packets ?? 0;
      if (sender.kind === 'audio') sender.speech = before?.speech ?? 0;
      options.pacer.add(sender);
    }
    this.setMaxHeight(-1);
  }

  onFeedback(packet: RtcpPacket): void {
    if (packet.type === 'nack') this.#camera(packet.media)?.retransmit(packet.lost);
    if (packet.type === 'pli' || packet.type === 'fir')
      this.#camera(packet.media)?.requestKeyFrame();
  }

  /**
   * The bridge says how much of the camera anybody wants; -1 = no limit (bridge-channel.md §2.11). What its own network cannot carry is not
   * sent either.
   */
  setMaxHeight(maxHeight: number): void {
    const { capBps } = this.#options.spec.network.up;
    let roomBps = capBps === 0 ? Infinity : capBps * USED_OF_CAP - AUDIO_BPS;
    this.#video.forEach((sender, place) => {
      const fitting = sender.layers.filter(({ height, bps }) => {
        roomBps -= bps;
        return roomBps >= 0 && (maxHeight < 0 || height <= maxHeight);
      });
      // The lowest of all is the least there is.
      const least = place === 0 && maxHeight !== 0 ? 1 : 0;
      sender.setLayers(Math.max(least, fitting.length));
    });
  }

  /** Sends the sender reports that are due. */
  tick(nowUs: number): void {
    if (nowUs - this.#reportedUs < REPORT_US) return;
    this.#reportedUs = nowUs;
    const wallMs = this.#options.clock.wallMs();
    for (const { ssrc, packets, octets, rtpTimestamp } of this.#all()) {
      if (packets === 0) continue;
      this.#options.send(buildSenderReport({ ssrc, wallMs, rtpTimestamp, packets, octets }));
    }
  }

  /** Stops for good. */
  stop(): void {
    for (const sender of this.#all()) this.#options.pacer.remove(sender);
  }

  sent(): readonly SentStream[] {
    const sender = this.#options.spec.participant;
    return this.#all().map(({ kind, encoding, packets, speech }) => ({
      sender,
      kind,
      encoding,
      packets,
      speech,
    }));
  }

  #all(): readonly (AudioSender | VideoSender)[] {
    return this.#audio ? [this.#audio, ...this.#video] : this.#video;
  }

  #camera(ssrc: number): VideoSender | undefined {
    return this.#video.find((sender) => sender.ssrc === ssrc);
  }

  #makeAudio(startUs: number): AudioSender {
    const { spec, media, random, totals, send } = this.#options;
    return new AudioSender({
      participant: spec.participant,
      group: spec.group,
      ssrc: ssrcsOf(spec.participant).audio,
      payloadType: payloadTypesOf(media, 'opus').media,
      endless: spec.audio === 'endless',
      random,
      startUs,
      nextTransportSequence: this.#nextTransportSequence,
      totals,
      emit: send,
    });
  }

  #makeVideo(startUs: number): readonly VideoSender[] {
    const { spec, media, trace, random, totals, send } = this.#options;
    if (spec.video === undefined || !trace) return [];
    const { video } = ssrcsOf(spec.participant);
    const types = payloadTypesOf(media, spec.video);
    // A frame's encodings leave together, and cameras do not run in step.
    const phaseUs = (random.uint32() % 1000) * (1000 / trace.framesPerSecond);
    return trace.tracks.flatMap((track, encoding) => {
      const ssrcs = video[encoding];
      if (!ssrcs) return [];
      return new VideoSender({
        participant: spec.participant,
        group: spec.group,
        codec: trace.codec,
        track,
        framesPerSecond: trace.framesPerSecond,
        encoding,
        ...ssrcs,
        payloadType: types.media,
        rtxPayloadType: types.rtx,
        random,
        startUs: startUs + phaseUs,
        nextTransportSequence: this.#nextTransportSequence,
        totals,
        emit: send,
      });
    });
  }

  readonly #nextTransportSequence = (): number => {
    this.#transportSequence = (this.#transportSequence + 1) & 0xffff;
    return this.#transportSequence;
  };
}
