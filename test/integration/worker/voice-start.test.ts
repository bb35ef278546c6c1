import { afterEach, beforeEach, expect, it } from 'vitest';
import { isVoiceStart } from '../../../src/io/media/worker-reports.ts';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import { audioParameters, extensionId, payloadType } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { until } from '../../support/until.ts';

let bare: BareWorker;
let sender: PlainPeer;
let starts = 0;
let sequenceNumber = 0;

beforeEach(async () => {
  bare = await BareWorker.start();
  sender = await PlainPeer.open(bare.router);
  starts = 0;
  const producer = await sender.transport.produce({
    kind: 'audio',
    rtpParameters: audioParameters({ ssrc: 1000, extensions: ['audioLevel'] }),
  });
  producer.on('trace', (trace) => {
    if (isVoiceStart(trace)) starts += 1;
  });
});

afterEach(() => {
  sender.close();
  bare.close();
});

/** Sends a packet of 20 ms with this level and waits until the worker has it. */
async function say(levelDbov: number): Promise<void> {
  sequenceNumber += 1;
  sender.send({
    payloadType: payloadType.opus,
    sequenceNumber,
    timestamp: sequenceNumber * 960,
    ssrc: 1000,
    marker: false,
    extensions: new Map([[extensionId.audioLevel, Buffer.from([-levelDbov])]]),
    payload: Buffer.alloc(50, 1),
  });
  await delay(20);
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('tells that a voice begins, with its first packet', async () => {
  for (let packet = 0; packet < 5; packet += 1) await say(-80);
  await bare.worker.getResourceUsage();
  expect(starts).toBe(0);
  await say(-30);
  await until(() => (starts === 1 ? undefined : `${starts} starts`));
});

it('tells it again only after a pause, and not all the time', async () => {
  await say(-30);
  await until(() => (starts === 1 ? undefined : `${starts} starts`));
  // It goes on, with gaps as between words, for longer than the least distance of two starts.
  const end = performance.now() + 1500;
  while (performance.now() < end) {
    await say(-30);
    await say(-90);
  }
  // A machine that stands still makes pauses of its own, once a second at most.
  expect(starts).toBeLessThan(4);
  const before = starts;
  await delay(1500);
  await say(-30);
  await until(() => (starts === before + 1 ? undefined : `${starts} starts`));
});
