import { describe, expect, it } from 'vitest';
import { type SlotHolder, SourceSlots } from '../../../src/conference/source-maps.ts';
import { endpointId, sourceName, ssrc } from '../../../src/model/ids.ts';

const holder = (id: string): SlotHolder => ({
  name: sourceName(`${id}-v0`),
  owner: endpointId(id),
  videoType: 'camera',
});

function slots(limit: number) {
  let next = 0;
  const table = new SourceSlots({
    kind: 'video',
    limit,
    midDemux: true,
    drawSsrc: () => ssrc((next += 1)),
  });
  const ssrcOf = (id: string) => table.slotOf(sourceName(`${id}-v0`))?.ssrc;
  const assign = (needed: string[], nowMs: number, prepared: string[] = []) => {
    const retry = table.assign(needed.map(holder), prepared.map(holder), nowMs);
    table.markAnnounced(table.unannounced(), nowMs);
    return retry;
  };
  return { table, ssrcOf, assign };
}

describe('SourceSlots', () => {
  it('draws a pair for each slot and numbers its MID', () => {
    const { table, assign } = slots(9);
    assign(['a', 'b'], 0);
    expect(table.all).toMatchObject([
      { ssrc: 1, rtx: 2, mid: 'v0' },
      { ssrc: 3, rtx: 4, mid: 'v1' },
    ]);
  });

  it('keeps a source where it is', () => {
    const { ssrcOf, assign } = slots(9);
    assign(['a', 'b'], 0);
    assign(['b'], 10_000);
    assign(['b', 'a'], 20_000);
    expect([ssrcOf('a'), ssrcOf('b')]).toEqual([1, 3]);
  });

  it('takes the slot least recently needed', () => {
    const { ssrcOf, assign } = slots(3);
    assign(['a', 'b', 'c'], 0);
    assign(['a', 'c'], 6_000);
    assign(['c'], 7_000);
    assign(['c', 'd'], 12_000);
    expect([ssrcOf('a'), ssrcOf('b'), ssrcOf('d')]).toEqual([1, undefined, 3]);
    assign(['c', 'd', 'e'], 18_000);
    expect([ssrcOf('a'), ssrcOf('e')]).toEqual([undefined, 1]);
  });

  it('says when a slot comes free while all are held', () => {
    const { ssrcOf, assign } = slots(1);
    expect(assign(['a'], 1_000)).toBeUndefined();
    expect(assign(['b'], 2_000)).toBe(6_000);
    expect(ssrcOf('b')).toBeUndefined();
    expect(assign(['b'], 6_000)).toBeUndefined();
    expect(ssrcOf('b')).toBe(1);
  });

  it('never takes a slot from a source that is needed', () => {
    const { ssrcOf, assign } = slots(1);
    assign(['a'], 0);
    expect(assign(['a', 'b'], 60_000)).toBe(Infinity);
    expect([ssrcOf('a'), ssrcOf('b')]).toEqual([1, undefined]);
  });

  it('takes the slot of a source that was only prepared before one of a source that was shown', () => {
    const { ssrcOf, assign } = slots(2);
    assign(['a'], 0);
    assign(['a'], 9_000, ['b']);
    assign(['c'], 15_000, ['a', 'b']);
    expect([ssrcOf('a'), ssrcOf('b'), ssrcOf('c')]).toEqual([1, undefined, 3]);
  });

  it('prepares sources only where there is room', () => {
    const { ssrcOf, assign } = slots(2);
    assign(['a'], 0, ['b', 'c']);
    expect([ssrcOf('b'), ssrcOf('c')]).toEqual([3, undefined]);
    assign(['c'], 6_000);
    expect([ssrcOf('a'), ssrcOf('b'), ssrcOf('c')]).toEqual([1, undefined, 3]);
  });

  it('may take back at once what nobody was told of', () => {
    const { table, ssrcOf } = slots(1);
    table.assign([holder('a')], [], 0);
    table.assign([holder('b')], [], 0);
    expect([ssrcOf('a'), ssrcOf('b')]).toEqual([undefined, 1]);
  });

  it('frees the slots of an endpoint that left after 5 s, and fresh ones are used till then', () => {
    const { table, ssrcOf, assign } = slots(9);
    assign(['a'], 0);
    table.ownerLeft(endpointId('a'), 1_000);
    expect(table.mapped()).toEqual([]);
    assign(['b'], 5_999);
    assign(['b', 'c'], 6_000);
    expect([ssrcOf('b'), ssrcOf('c')]).toEqual([3, 1]);
  });
});
