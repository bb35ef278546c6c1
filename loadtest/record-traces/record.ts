// Makes the traces: a browser encodes a generated picture as a Jitsi client would, and the sizes and headers of its RTP packets
// are kept. `npx tsx loadtest/record-traces/record.ts VP8|VP9|AV1`, by hand, when an encoder or a bit rate changes.
import { writeFileSync } from 'node:fs';
import nodeDataChannel from 'node-datachannel';
import { chromium, type Page } from 'playwright-core';
import { encodePacket, type TracePacket, type VideoCodec } from '../media/trace.ts';
import { buildPli } from '../rtp/rtcp-packet.ts';
import { extensionId } from '../rtp/extension-id.ts';
import { isRtcp, parseRtp, type RtpPacket } from '../rtp/rtp-packet.ts';
import { TransportCcReceiver } from '../rtp/transport-cc.ts';
import { descriptorLayers } from './descriptor-layers.ts';
import { acceptAnswer, offerCamera } from './page.ts';

const FRAMES_PER_SECOND = 30;
/** A multiple of the four pictures of a temporal pattern, after the key frame. */
const PICTURES = 1 + 96;
const HEAD_BYTES = { VP8: 16, VP9: 40, AV1: 24 } as const;
const sizes = [
  { width: 320, height: 180 },
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
];
/** Jitsi's bit rates (lib-jitsi-meet: service/RTC/StandardVideoQualitySettings.ts). */
const encodings = {
  VP8: [
    { rid: 'a', scaleResolutionDownBy: 4, maxBitrate: 200_000, scalabilityMode: 'L1T3' },
    { rid: 'b', scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: 'L1T3' },
    { rid: 'c', scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T3' },
  ],
  VP9: [{ maxBitrate: 1_200_000, scalabilityMode: 'L3T3_KEY' }],
  AV1: [{ maxBitrate: 1_000_000, scalabilityMode: 'L3T3_KEY' }],
} as const;

/** Answers the page's offer with the library's transport: every codec line as offered, all rids wanted. */
function answerFor(offer: string, local: string): string {
  const line = (sdp: string, name: string) =>
    new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim() ?? '';
  const media = offer.slice(offer.indexOf('m=video')).split('\r\n');
  const keep = /^(m=video|a=(mid|extmap|rtpmap|fmtp|rtcp-fb|rtcp-mux|rtcp-rsize))/;
  const rids = [...offer.matchAll(/^a=rid:(\S+) send/gm)].map(([, rid]) => rid);
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=extmap-allow-mixed',
    ...media
      .filter((text) => keep.test(text))
      .map((text) => (text.startsWith('a=fmtp') ? `${text};x-google-start-bitrate=3000` : text))
      .flatMap((text) => (text.startsWith('m=video') ? [text, 'c=IN IP4 127.0.0.1'] : [text])),
    'a=recvonly',
    `a=ice-ufrag:${line(local, 'ice-ufrag')}`,
    `a=ice-pwd:${line(local, 'ice-pwd')}`,
    `a=fingerprint:${line(local, 'fingerprint')}`,
    'a=setup:active',
    `a=candidate:${line(local, 'candidate')}`,
    ...rids.map((rid) => `a=rid:${rid} recv`),
    ...(rids.length > 0 ? [`a=simulcast:recv ${rids.join(';')}`] : []),
    '',
  ].join('\r\n');
}

class Recording {
  readonly packets: RtpPacket[] = [];
  readonly #congestion = new TransportCcReceiver();
  readonly #transportCc: number;

  constructor(transportCc: number) {
    this.#transportCc = transportCc;
  }

  take(data: Buffer): void {
    if (isRtcp(data)) return;
    const packet = parseRtp(data);
    this.packets.push(packet);
    const sequence = packet.extensions.get(this.#transportCc);
    if (sequence)
      this.#congestion.onPacket({
        ...packet,
        extensions: new Map([[extensionId.transportCc, sequence]]),
      });
  }

  feedback(): Buffer | undefined {
    return this.#congestion.feedback(1, this.packets.at(-1)?.ssrc ?? 0);
  }
}

async function record(page: Page, codec: VideoCodec) {
  const offer = await page.evaluate(offerCamera, {
    codec,
    framesPerSecond: FRAMES_PER_SECOND,
    encodings: [...encodings[codec]],
  });
  const idOf = (uri: string) =>
    Number(new RegExp(`^a=extmap:(\\d+) ${uri}`, 'm').exec(offer)?.[1] ?? 0);
  const recording = new Recording(idOf('http://www.ietf.org/id/draft-holmer'));
  const peer = new nodeDataChannel.PeerConnection('recorder', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
  });
  let send: (packet: Buffer) => void = () => undefined;
  peer.onTrack((track) => {
    track.onMessage((data) => recording.take(data));
    send = (packet) => void track.sendMessageBinary(packet);
  });
  peer.setRemoteDescription(offer, 'offer');
  peer.setLocalDescription('answer');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await page.evaluate(acceptAnswer, answerFor(offer, peer.localDescription()?.sdp ?? ''));
  setInterval(() => {
    const feedback = recording.feedback();
    if (feedback) send(feedback);
  }, 50);
  // Once the rates have settled, a key frame on every stream begins the trace.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  const ssrcs = [...new Set(recording.packets.slice(-500).map(({ ssrc }) => ssrc))];
  const start = recording.packets.length;
  for (const ssrc of ssrcs) send(buildPli(1, ssrc));
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const descriptorId = idOf('https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor');
  return { packets: recording.packets.slice(start), ssrcs, descriptorId };
}

function layersOf(codec: VideoCodec, packet: TracePacket): { spatial: number; temporal: number } {
  const { head } = packet;
  if (codec === 'VP8') return { spatial: 0, temporal: (head[5] ?? 0) >> 6 };
  if (codec === 'VP9') return { spatial: ((head[3] ?? 0) >> 1) & 7, temporal: (head[3] ?? 0) >> 5 };
  return { spatial: 0, temporal: 0 }; // see withDescribedLayers
}

/** AV1's layers stand in the descriptors alone. */
function withDescribedLayers(pictures: readonly TracePacket[][]): readonly TracePacket[][] {
  const layerOf = descriptorLayers(pictures[0]![0]!.descriptor);
  return pictures.map((packets) =>
    packets.map((packet) => ({ ...packet, ...layerOf(packet.descriptor) })),
  );
}

function isKeyFrame(codec: VideoCodec, packets: readonly TracePacket[]): boolean {
  const [first] = packets;
  if (!first) return false;
  if (codec === 'VP8')
    return ((first.head[0] ?? 0) & 0x10) !== 0 && ((first.head[6] ?? 1) & 1) === 0;
  if (codec === 'VP9') return ((first.head[0] ?? 0) & 0x40) === 0;
  return first.descriptor.length > 8 && ((first.descriptor[3] ?? 0) & 0x80) !== 0;
}

function picturesOf(codec: VideoCodec, packets: readonly RtpPacket[], descriptorId: number) {
  const pictures = new Map<number, TracePacket[]>();
  const ordered = [...packets].sort(
    (a, b) => ((a.sequenceNumber - b.sequenceNumber + 0x8000) & 0xffff) - 0x8000,
  );
  for (const packet of ordered) {
    if (packet.payload.length === 0) continue; // padding that probes the bandwidth
    const raw = {
      bytes: packet.payload.length,
      spatial: 0,
      temporal: 0,
      marker: packet.marker,
      head: packet.payload.subarray(0, HEAD_BYTES[codec]),
      descriptor:
        codec === 'AV1'
          ? (packet.extensions.get(descriptorId) ?? Buffer.alloc(0))
          : Buffer.alloc(0),
    };
    const picture = pictures.get(packet.timestamp) ?? [];
    picture.push({ ...raw, ...layersOf(codec, raw) });
    pictures.set(packet.timestamp, picture);
  }
  const list = [...pictures.values()];
  const start = list.findIndex((picture) => isKeyFrame(codec, picture));
  const cut = list.slice(start, start + PICTURES);
  if (start < 0 || cut.length < PICTURES)
    throw new Error(`only ${cut.length} pictures after a key frame`);
  return codec === 'AV1' ? withDescribedLayers(cut) : cut;
}

const codec = process.argv[2] as VideoCodec;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-features=WebRtcHideLocalIpsWithMdns'],
});
const page = await browser.newPage();
await page.goto('about:blank');
const { packets, ssrcs, descriptorId } = await record(page, codec);
const tracks = ssrcs
  .map((ssrc) =>
    picturesOf(
      codec,
      packets.filter((packet) => packet.ssrc === ssrc),
      descriptorId,
    ),
  )
  .map((pictures) => ({
    pictures,
    bytes: pictures.flat().reduce((sum, { bytes }) => sum + bytes, 0),
  }))
  .sort((a, b) => a.bytes - b.bytes)
  .map(({ pictures, bytes }, place) => {
    process.stdout.write(
      `${codec} ${place}: ${pictures.length} pictures, ${Math.round((bytes * 8 * FRAMES_PER_SECOND) / pictures.length / 1000)} kbit/s\n`,
    );
    const size = codec === 'VP8' ? sizes[place] : sizes[2];
    return { ...size, pictures: pictures.map((picture) => picture.map(encodePacket)) };
  });
const file = new URL(`../traces/${codec.toLowerCase()}.json`, import.meta.url);
const text = JSON.stringify({ codec, framesPerSecond: FRAMES_PER_SECOND, tracks });
writeFileSync(file, text.replaceAll('[[[', '[\n[[').replaceAll(']],[[', ']],\n[['));
await browser.close();
process.exit(0);
