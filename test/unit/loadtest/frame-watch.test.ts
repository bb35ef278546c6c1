import { describe, expect, it } from 'vitest';
import { FrameWatch } from '../../../loadtest/media/frame-watch.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { ReceiverLog } from '../../../loadtest/media/receiver-log.ts';
import { SequenceTracker } from '../../../loadtest/media/sequence-tracker.ts';
import { percentiles } from '../../../loadtest/run/percentiles.ts';
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

describe('what a viewer waits for', () => {
  it('is the key frame, from the first packet of a camera or from a loss on', () => {
    const { watch, frame } = receiver();
    frame(1, {});
    expect(frame(4, { keyFrame: true })).toContainEqual({ type: 'key-frame', waitedUs: 99_000 });
    watch.onLoss(5 * 33_000);
    expect(frame(8, { keyFrame: true })).toContainEqual({ type: 'key-frame', waitedUs: 99_000 });
    expect(frame(9, { participant: 2, keyFrame: true })).toContainEqual({
      type: 'key-frame',
      waitedUs: 0,
    });
  });

  it('is the layer asked for, from asking to the first frame of another one', () => {
    const { frame } = receiver();
    frame(1, { keyFrame: true });
    expect(frame(2, {})).toEqual([]);
    expect(frame(3, { spatial: 2 })).toEqual([{ type: 'layer', encoding: 0, spatial: 2 }]);
    expect(frame(4, { spatial: 2 })).toEqual([]);
    const totals = new Measurements();
    const log = new ReceiverLog(2, totals);
    log.viewChanged(1_000_000);
    log.layerSwitched(1_400_000);
    // Nobody asked for these.
    log.layerSwitched(1_500_000);
    log.viewChanged(2_000_000);
    log.layerSwitched(13_000_000);
    const { counts, durations } = totals.snapshot();
    expect(counts.layerSwitches).toBe(3);
    const { p50, count } = percentiles(durations.layerSwitch)!;
    expect([Math.round(p50 / 10), count]).toEqual([40, 1]);
  });
});
