import type { Random } from '../../src/base/random.ts';
import { extensionId } from '../rtp/extension-id.ts';
import { buildRtp } from '../rtp/rtp-packet.ts';
import type { Measurements } from './measurements.ts';
import { FRAME_US } from './audio-gaps.ts';
import { MAX_LATE_US, type Paced } from './pacer.ts';
import { type Speech, STAMP_BYTES, writeStamp } from './stamp.ts';
import { TalkSpurts } from './talk-spurt.ts';

const CLOCK_PER_FRAME = 960;
/** 32 kbit/s, as Jitsi's clients send. */
const TALK_BYTES = 80;
/** Opus sends one frame in 400 ms of silence (RFC 6716 §2.1.9); ours are longer for the stamp. */
const COMFORT_NOISE_FRAMES = 20;
const COMFORT_NOISE_BYTES = STAMP_BYTES + 1;
/** What a microphone that is not muted hears of a room, −dBov. 127 is a muted one: a JVB drops its packets. */
const ROOM_LEVEL = 90;

export type AudioSenderOptions = {
  readonly participant: number;
  /** Of its clients' group, for the stamp. */
  readonly group: number;
  readonly ssrc: number;
  readonly payloadType: number;
  /** Talks without pauses. */
  readonly endless: boolean;
  readonly random: Random;
  readonly startUs: number;
  /** Next transport-wide sequence number of the client. */
  readonly nextTransportSequence: () => number;
  readonly totals: Measurements;
  readonly emit: (packet: Buffer) => void;
};

/** A microphone: opus with levels, talk spurts and discontinuous transmission. */
export class AudioSender implements Paced {
  readonly kind = 'audio';
  readonly encoding = 0;
  readonly ssrc: number;
  dueUs: number;
  /** Packets sent so far. */
  packets = 0;
  /** Of these, how many had speech in them. */
  speech = 0;
  octets = 0;
  rtpTimestamp = 0;
  readonly #options: AudioSenderOptions;
  readonly #talk: TalkSpurts;
  #sequenceNumber: number;
  #framesSilent = 0;
  #inSpurt = 0;

  constructor(options: AudioSenderOptions) {
    this.#options = options;
    this.ssrc = options.ssrc;
    this.#talk = new TalkSpurts(options.random);
    this.dueUs = options.startUs + (options.random.uint32() % FRAME_US);
    // Below 32,768: a receiver that misses the first rollover can never decrypt (RFC 3711 §3.3.1).
    this.#sequenceNumber = options.random.uint32() & 0x7fff;
  }

  send(nowUs: number): void {
    this.dueUs += FRAME_US;
    this.rtpTimestamp = (this.rtpTimestamp + CLOCK_PER_FRAME) >>> 0;
    if (this.dueUs < nowUs - MAX_LATE_US) {
      this.dueUs = nowUs + FRAME_US;
      this.#framesSilent += 1;
    }
    const talking = this.#options.endless || this.#talk.talkingAt(nowUs);
    const isDue = talking || this.#framesSilent % COMFORT_NOISE_FRAMES === 0;
    if (isDue) this.#sendFrame(talking, nowUs);
    this.#framesSilent = talking ? 0 : this.#framesSilent + 1;
  }

  #sendFrame(talking: boolean, nowUs: number): void {
    const { participant, group, payloadType, random, nextTransportSequence } = this.#options;
    const payload = Buffer.alloc(talking ? TALK_BYTES : COMFORT_NOISE_BYTES, 0x7c);
    const afterPause = this.#framesSilent > 0 || !talking;
    const stream = { participant, group, kind: this.kind, encoding: 0 } as const;
    writeStamp(payload, {
      ...stream,
      spatial: 0,
      temporal: 0,
      keyFrame: false,
      afterPause,
      counter: this.packets,
      speech: talking ? this.#nextSpeech(afterPause) : undefined,
      sentUs: nowUs,
    });
    const level = talking ? 0x80 | (15 + (random.uint32() % 20)) : ROOM_LEVEL;
    const transportSequence = Buffer.alloc(2);
    transportSequence.writeUInt16BE(nextTransportSequence());
    const packet = buildRtp({
      payloadType,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.rtpTimestamp,
      ssrc: this.ssrc,
      marker: talking && afterPause,
      extensions: new Map([
        [extensionId.audioLevel, Buffer.from([level])],
        [extensionId.transportCc, transportSequence],
      ]),
      payload,
    });
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.packets += 1;
    this.octets += payload.length;
    this.#options.totals.count('audioSent');
    this.#options.emit(packet);
  }

  #nextSpeech(afterPause: boolean): Speech {
    this.#inSpurt = afterPause ? 1 : this.#inSpurt + 1;
    return { frame: this.speech++ & 0xffff, inSpurt: this.#inSpurt };
  }
}
