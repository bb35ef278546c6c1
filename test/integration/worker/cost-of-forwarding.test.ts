import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareWorker, consume, skipIfSanitized, workerBin } from '../../support/rtp/bare-worker.ts';
import { CallCounter, type CallCounts } from '../../support/rtp/call-counter.ts';
import { TransportCcReceiver } from '../../../loadtest/rtp/transport-cc.ts';
import { transportCc, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

// How long something takes differs with the machine and the hour; how often it is done does not. The forwarding bench measures the rest.
const RECEIVERS = 40;
const FRAMES = 40;
const PACKETS_PER_FRAME = 8;
/** Calls per packet and receiver; not 0, as there are the packet itself and timers. */
const LIMIT = 0.7;
/** A worker that waits for its turn on the processor does other things the more often: that only adds to what forwarding takes. */
const ROUNDS = 12;

let counter: CallCounter;
let bare: BareWorker;
let peers: PlainPeer[];

beforeEach((context) => {
  skipIfSanitized(context);
  counter = new CallCounter();
  peers = [];
});

afterEach(() => {
  for (const peer of peers) peer.close();
  bare.close();
  counter.close();
});

async function open(): Promise<PlainPeer> {
  const peer = await PlainPeer.open(bare.router);
  peers.push(peer);
  return peer;
}

/** Sends frames of video to many receivers with transport-cc and RTX; @returns calls per packet and receiver, the fewest of all rounds. */
async function forward(): Promise<Pick<CallCounts, 'allocations' | 'clockReads'>> {
  const sender = await open();
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000, extensions: ['transportCc'] }),
  });
  const receivers: PlainPeer[] = [];
  for (let index = 0; index < RECEIVERS; index += 1) {
    const receiver = await open();
    receivers.push(receiver);
    const parameters = { ssrc: 2000, rtx: 2001, feedback: [transportCc] };
    await consume(
      receiver.transport,
      producer,
      videoParameters({ ...parameters, extensions: ['transportCc'] }),
    );
  }
  const source = new VideoSource({ ssrc: 1000 });
  let sent = 0;
  const send = async (frames: number) => {
    for (let frame = 0; frame < frames; frame += 1) {
      const packets = source.frame({ keyFrame: sent === 0, packets: PACKETS_PER_FRAME });
      for (const packet of packets) sender.send(packet);
      sent += packets.length;
      await until(() => {
        const short = receivers.find((receiver) => receiver.rtpOf(2000).length < sent);
        return short ? `${short.rtpOf(2000).length} of ${sent} came` : undefined;
      });
    }
  };
  // What grows to its size at first is no cost of forwarding.
  await send(FRAMES);
  const forwarded = FRAMES * PACKETS_PER_FRAME * RECEIVERS;
  const fewest = { allocations: Infinity, clockReads: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = counter.counts();
    await send(FRAMES);
    const after = counter.counts();
    for (const call of ['allocations', 'clockReads'] as const) {
      fewest[call] = Math.min(fewest[call], (after[call] - before[call]) / forwarded);
    }
    if (Math.max(fewest.allocations, fewest.clockReads) < LIMIT) break;
  }
  return fewest;
}

describe('forwarding a packet to one more receiver', () => {
  it('allocates nothing and reads no clock', async () => {
    bare = await BareWorker.start(counter.environment);
    const { allocations, clockReads } = await forward();
    expect(allocations).toBeLessThan(LIMIT);
    expect(clockReads).toBeLessThan(LIMIT);
  });
});

describe('transport-cc feedback on many packets', () => {
  it('is handled in memory that is taken at once', async () => {
    bare = await BareWorker.start(counter.environment);
    const sender = await open();
    const receiver = await open();
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({ ssrc: 1000, extensions: ['transportCc'] }),
    });
    const parameters = {
      ssrc: 2000,
      extensions: ['transportCc'],
      feedback: [transportCc],
    } as const;
    await consume(receiver.transport, producer, videoParameters(parameters));
    const observer = new TransportCcReceiver();
    receiver.onRtp = (packet) => observer.onPacket(packet);
    const source = new VideoSource({ ssrc: 1000 });
    /** Allocations while the worker takes what was sent and answers one request, which comes after it. */
    const allocations = async (send: () => void) => {
      const before = counter.counts().allocations;
      send();
      await receiver.transport.getStats();
      return counter.counts().allocations - before;
    };
    let [fewest, fewestWithout] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let frame = 0; frame < FRAMES; frame += 1) {
        const expected = receiver.rtp.length + PACKETS_PER_FRAME;
        const keyFrame = round + frame === 0;
        for (const packet of source.frame({ keyFrame, packets: PACKETS_PER_FRAME }))
          sender.send(packet);
        await until(() => (receiver.rtp.length < expected ? 'packets are missing' : undefined));
      }
      const feedback = observer.feedback(1, 2000)!;
      fewestWithout = Math.min(fewestWithout, await allocations(() => undefined));
      fewest = Math.min(fewest, await allocations(() => receiver.sendRtcp(feedback)));
    }
    // On 320 packets, told in some fifty chunks of two allocations.
    expect(fewest - fewestWithout).toBeLessThan(200);
  });
});

describe('an endpoint that sends nothing', () => {
  it('does not wake the worker for transport-cc', async () => {
    bare = await BareWorker.start(counter.environment);
    for (let index = 0; index < RECEIVERS; index += 1) {
      const { transport } = await open();
      const options = { ssrc: 1000, extensions: ['transportCc'], feedback: [transportCc] } as const;
      await transport.produce({ kind: 'video', rtpParameters: videoParameters(options) });
      await delay(3); // timers that are due together wake once
    }
    const [before, startMs] = [counter.counts(), performance.now()];
    await delay(1500);
    const seconds = (performance.now() - startMs) / 1000;
    // Reports are due once a second or less often, feedback would be ten times.
    expect((counter.counts().waits - before.waits) / seconds).toBeLessThan(RECEIVERS * 2);
  });
});

describe('the memory of a worker', () => {
  it('is managed with huge pages and room for bursts, without another name for the process', async () => {
    bare = await BareWorker.start();
    const read = (name: string) => readFileSync(`/proc/${bare.worker.pid}/${name}`, 'latin1');
    expect(read('environ')).toContain('GLIBC_TUNABLES=glibc.malloc.hugetlb=1');
    // The kernel keeps 15 characters.
    expect(read('comm').trim()).toBe(basename(workerBin()).slice(0, 15));
  });
});
