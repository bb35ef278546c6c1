import { describe, expect, it } from 'vitest';
import { FrameWatch } from '../../../loadtest/media/frame-watch.ts';
import { SequenceTracker } from '../../../loadtest/media/sequence-tracker.ts';
import type { Stamp } from '../../../loadtest/media/stamp.ts';

const stamp: Stamp = {
  participant: 1,
  group: 0,
  kind: 'video',
  encoding: 0,
  spatial: 0,
  temporal: 0,
  keyFrame: false,
  afterPause: false,
  counter: 0,
  speech: undefined,
  sentUs: 0,
};

/** A receiver of frames of one packet each. */
function receiver() {
  const watch = new FrameWatch();
  const tracker = new SequenceTracker();
  return {
    watch,
    frame: (sequenceNumber: number, change: Partial<Stamp>) => {
      const nowUs = sequenceNumber * 33_000;
      const common = {
        payloadType: 100,
        timestamp: 0,
        ssrc: 1,
        extensions: new Map<number, Buffer>(),
      };
      const packet = { ...common, sequenceNumber, marker: true, payload: Buffer.alloc(0) };
      tracker.onPacket(sequenceNumber, nowUs);
      return watch.onPacket(packet, { ...stamp, ...change }, tracker, nowUs);
    },
  };
}

describe('what a decoder can show', () => {
  it('is another encoding from a key frame of it on only', () => {
    const { watch, frame } = receiver();
    frame(1, { keyFrame: true });
    frame(2, {});
    frame(3, { encoding: 1 });
    frame(4, { encoding: 1 });
    expect(watch).toMatchObject({ frames: 2, broken: true });
    frame(5, { encoding: 1, keyFrame: true });
    frame(6, { encoding: 1 });
    expect(watch).toMatchObject({ frames: 4, broken: false });
  });

  it('is not broken by packets of the former encoding that come late', () => {
    const { watch, frame } = receiver();
    frame(1, { keyFrame: true });
    frame(3, { encoding: 1, keyFrame: true });
    frame(2, {});
    frame(4, { encoding: 1 });
    expect(watch).toMatchObject({ frames: 4, broken: false });
  });
});
