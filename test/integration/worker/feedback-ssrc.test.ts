import type { types } from 'mediasoup';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { type BareWorker, consume } from '../../support/rtp/bare-worker.ts';
import {
  audioParameters,
  extensionId,
  transportCc,
  videoParameters,
} from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import type { RtcpPacket } from '../../../loadtest/rtp/rtcp-packet.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

/** Above 2^31, where JavaScript's and the worker's integers differ. */
const AUDIO = 0xa0a0a0a0;
const VIDEO = 0xb0b0b0b0;

let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;

beforeEach(async () => {
  ({ bare, sender, receiver } = await openBarePair());
});

async function rtcp<T extends RtcpPacket['type']>(
  type: T,
): Promise<Extract<RtcpPacket, { type: T }>> {
  const find = () => sender.rtcp.find((packet) => packet.type === type);
  await until(() => (find() ? undefined : `no ${type}`));
  return find() as Extract<RtcpPacket, { type: T }>;
}

describe('RTCP about a video producer', () => {
  async function produce(
    extension: 'transportCc' | 'absSendTime',
    feedback: types.RtcpFeedback,
  ): Promise<void> {
    await sender.transport.produce({
      kind: 'audio',
      rtpParameters: audioParameters({ ssrc: 900, feedbackSsrc: AUDIO }),
    });
    await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({
        ssrc: 1000,
        rtx: 1001,
        extensions: [extension],
        feedback: [feedback],
        feedbackSsrc: VIDEO,
      }),
    });
  }

  it('comes from the SSRC that was signalled for it', async () => {
    await produce('transportCc', transportCc);
    const source = new VideoSource({ ssrc: 1000 });
    let wideSequenceNumber = 0;
    const sendFrame = (lost: number) => {
      const wide = Buffer.alloc(2);
      wide.writeUInt16BE((wideSequenceNumber += 1));
      const extensions = new Map([[extensionId.transportCc, wide]]);
      for (const packet of source.frame({ extensions }).slice(lost)) sender.send(packet);
    };
    sendFrame(0);
    sendFrame(1);
    sendFrame(0);
    expect(await rtcp('nack')).toMatchObject({ sender: VIDEO, media: 1000 });
    expect(await rtcp('pli')).toMatchObject({ sender: VIDEO, media: 1000 });
    expect(await rtcp('transport-cc')).toMatchObject({ sender: VIDEO });
    expect(await rtcp('receiver-report')).toMatchObject({ ssrc: VIDEO, sources: [1000] });
  });

  it('comes from it with REMB too', async () => {
    await produce('absSendTime', { type: 'goog-remb' });
    const source = new VideoSource({ ssrc: 1000 });
    await until(() => {
      const time = Buffer.alloc(3);
      time.writeUIntBE(Math.floor((Date.now() % 64_000) * 262.144) & 0xff_ffff, 0, 3);
      const extensions = new Map([[extensionId.absSendTime, time]]);
      for (const packet of source.frame({ extensions })) sender.send(packet);
      return sender.rtcp.some(({ type }) => type === 'remb') ? undefined : 'no REMB';
    });
    expect(await rtcp('remb')).toMatchObject({ sender: VIDEO });
  });
});

it('receiver reports about audio alone come from the SSRC of audio', async () => {
  await sender.transport.produce({
    kind: 'audio',
    rtpParameters: audioParameters({ ssrc: 900, feedbackSsrc: AUDIO }),
  });
  const packet = { payloadType: 111, ssrc: 900, marker: false, payload: Buffer.from('opus') };
  sender.send({ ...packet, sequenceNumber: 1, timestamp: 960 });
  expect(await rtcp('receiver-report')).toMatchObject({ ssrc: AUDIO, sources: [900] });
});

it('probation packets have the SSRC and the extension ids of the receiver, and no MID', async () => {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000, extensions: ['transportCc'] }),
  });
  const other = await PlainPeer.open(bare.router);
  for (const [peer, feedbackSsrc] of [
    [receiver, VIDEO],
    [other, AUDIO],
  ] as const) {
    const parameters = videoParameters({
      ssrc: 2000,
      extensions: ['transportCc'],
      feedback: [transportCc],
      feedbackSsrc,
    });
    await consume(peer.transport, producer, parameters);
  }
  const source = new VideoSource({ ssrc: 1000 });
  for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
  for (const [peer, ssrc] of [
    [receiver, VIDEO],
    [other, AUDIO],
  ] as const) {
    await until(() => (peer.rtpOf(ssrc).length >= 3 ? undefined : 'no probation'));
    for (const packet of peer.rtpOf(ssrc)) {
      expect([...packet.extensions.keys()]).toEqual([extensionId.transportCc]);
      expect(packet.payload.every((byte) => byte === 0)).toBe(true);
    }
    const others = peer.rtp.filter((packet) => packet.ssrc !== ssrc);
    expect(others.every((packet) => packet.ssrc === 2000)).toBe(true);
  }
  other.close();
});
