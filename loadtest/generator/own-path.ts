import nodeDataChannel, { type PeerConnection, type Track } from 'node-datachannel';
import type { Clock } from '../../src/base/clock.ts';
import type { Measurements } from '../media/measurements.ts';
import type { Paced } from '../media/pacer.ts';
import { buildRtp, isRtcp, parseRtp } from '../rtp/rtp-packet.ts';

/** As often as a microphone sends. */
const INTERVAL_US = 20_000;
const PAYLOAD_TYPE = 111;
const SSRC = 1;
const OPEN_TIMEOUT_US = 3_000_000;

/**
 * Two peers of one generator process and packets between them that no bridge sees. How long these take, every packet of the process
 * may take without any doing of the bridge: in the library's threads, on the way into JavaScript, for want of a processor.
 */
export class OwnPath implements Paced {
  dueUs: number;
  readonly #clock: Clock;
  readonly #totals: Measurements;
  #pair: PeerPair | undefined;
  #openedUs = 0;
  #packets = 0;

  constructor(clock: Clock, totals: Measurements) {
    this.#clock = clock;
    this.#totals = totals;
    this.dueUs = clock.nowMs() * 1000;
  }

  send(nowUs: number): void {
    this.dueUs = Math.max(this.dueUs + INTERVAL_US, nowUs);
    const pair = this.#pairAt(nowUs);
    if (!pair.sending.isOpen()) return;
    const payload = Buffer.alloc(8);
    payload.writeDoubleBE(nowUs);
    this.#packets += 1;
    const packet = buildRtp({
      payloadType: PAYLOAD_TYPE,
      sequenceNumber: this.#packets,
      timestamp: this.#packets * 960,
      ssrc: SSRC,
      marker: false,
      payload,
    });
    this.#totals.count('ownSent');
    pair.sending.sendMessageBinary(packet);
  }

  close(): void {
    this.#pair?.close();
  }

  /** A process that hardly runs may miss its own handshake: it tries again. */
  #pairAt(nowUs: number): PeerPair {
    const isLate = !this.#pair?.sending.isOpen() && nowUs - this.#openedUs > OPEN_TIMEOUT_US;
    if (!this.#pair || isLate) {
      this.#pair?.close();
      this.#pair = openPair((packet) => this.#take(packet));
      this.#openedUs = nowUs;
    }
    return this.#pair;
  }

  #take(packet: Buffer): void {
    if (isRtcp(packet)) return;
    const sentUs = parseRtp(packet).payload.readDoubleBE(0);
    this.#totals.record('ownDelay', this.#clock.nowMs() * 1000 - sentUs);
  }
}

type PeerPair = { readonly sending: Track; close(): void };

function openPair(onPacket: (packet: Buffer) => void): PeerPair {
  const [from, to] = [openPeer('own path from'), openPeer('own path to')];
  // Events of a closed peer may still be on their way.
  let isOpen = true;
  from.onGatheringStateChange((state) => {
    const offer = from.localDescription();
    if (isOpen && state === 'complete' && offer) to.setRemoteDescription(offer.sdp, 'offer');
  });
  // Without candidates: checks come from there, and the library is not always ready for them at once.
  to.onLocalDescription((sdp, type) => {
    if (isOpen) from.setRemoteDescription(withoutCandidates(sdp), type);
  });
  // The library forgets a track that nobody holds.
  const receiving: Track[] = [];
  to.onTrack((track) => {
    receiving.push(track);
    track.onMessage(onPacket);
  });
  const voice = new nodeDataChannel.Audio('own', 'SendOnly');
  voice.addOpusCodec(PAYLOAD_TYPE);
  voice.addSSRC(SSRC, 'own');
  const sending = from.addTrack(voice);
  from.setLocalDescription('offer');
  return {
    sending,
    close: () => {
      isOpen = false;
      for (const peer of [from, to]) peer.close();
      receiving.length = 0;
    },
  };
}

function openPeer(name: string): PeerConnection {
  return new nodeDataChannel.PeerConnection(name, { iceServers: [], bindAddress: '127.0.0.1' });
}

function withoutCandidates(sdp: string): string {
  return sdp.replaceAll(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '');
}
