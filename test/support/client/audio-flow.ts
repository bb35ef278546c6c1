import { buildRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import type { WebRtcClient } from './webrtc-client.ts';

const PACKET_MS = 20;
const CLOCK_PER_PACKET = 960;
const AUDIO_LEVEL_ID = 1;
const QUIET_DBOV = -60;

export type AudioFlowOptions = {
  readonly client: WebRtcClient;
  readonly ssrc: number;
  readonly payloadType?: number;
  /** Packets that went before on this SSRC: where its numbers start. */
  readonly first?: number;
  /** dBov, -127 (silence) to 0. */
  readonly levelDbov?: number;
  /** Of what is quieter than -60 dBov only one packet in so many is sent. */
  readonly quietEvery?: number;
  /** Sound in each packet, ms; 20 if not given. */
  readonly packetMs?: number;
};

/** Sends a microphone as Opus-like packets with the level extension, 50 a second. */
export class AudioFlow {
  readonly #options: AudioFlowOptions;
  readonly #timer: NodeJS.Timeout;
  #packets: number;
  #ticks = 0;
  #levelDbov: number;

  constructor(options: AudioFlowOptions) {
    this.#options = options;
    this.#levelDbov = options.levelDbov ?? -20;
    this.#packets = options.first ?? 0;
    this.#timer = setInterval(() => this.#tick(), options.packetMs ?? PACKET_MS);
  }

  setLevel(levelDbov: number): void {
    this.#levelDbov = levelDbov;
  }

  /** The number the next packet has, of all that were ever sent. */
  get sent(): number {
    return this.#packets;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { quietEvery = 1 } = this.#options;
    this.#ticks += 1;
    if (this.#levelDbov > QUIET_DBOV || this.#ticks % quietEvery === 0) this.#sendPacket();
  }

  #sendPacket(): void {
    const { client, ssrc, payloadType = 111 } = this.#options;
    const voice = this.#levelDbov > -127 ? 0x80 : 0;
    client.send(
      buildRtp({
        payloadType,
        sequenceNumber: (60_000 + this.#packets) & 0xffff,
        timestamp: (this.#packets * CLOCK_PER_PACKET) >>> 0,
        ssrc,
        marker: this.#packets === 0,
        extensions: new Map([[AUDIO_LEVEL_ID, Buffer.from([voice | -this.#levelDbov])]]),
        payload: Buffer.alloc(80, 0xfc),
      }),
    );
    this.#packets += 1;
  }
}
