import { describe, expect, it } from 'vitest';
import {
  leastLoaded,
  Newcomers,
  onOneWorker,
  placeNext,
  type Place,
} from '../../../../src/io/media/placement.ts';

/** Places 0, 1, …: CPU in percent and endpoints of each. */
function places(...loads: readonly (readonly [cpuPercent: number, endpoints: number])[]): Place[] {
  return loads.map(([cpuPercent, endpoints], index) => ({
    index,
    cpu: cpuPercent / 100,
    endpoints,
  }));
}

/** Of one conference, in the order in which it took the places. */
const own = (...counts: readonly (readonly [place: number, endpoints: number])[]) =>
  new Map(counts);

describe('a new conference', () => {
  it('goes to the worker with most headroom', () => {
    expect(leastLoaded(places([50, 1], [20, 100], [70, 0]))?.index).toBe(1);
  });

  it('goes where fewer endpoints are if both are about as busy', () => {
    expect(leastLoaded(places([12, 8], [18, 3]))?.index).toBe(1);
  });

  it('goes nowhere without a worker', () => {
    expect(leastLoaded(places())).toBeUndefined();
  });
});

describe('the next endpoint of a conference', () => {
  const ceiling = { cpuCeiling: 0.6, endpointsPerConference: Infinity };
  const limit = { cpuCeiling: 1, endpointsPerConference: 2 };

  it('stays on its worker below the ceiling, however idle others are', () => {
    expect(placeNext(places([60, 90], [0, 0]), own([0, 5]), ceiling)?.index).toBe(0);
  });

  it('goes to the least loaded of the others above it', () => {
    const next = placeNext(places([61, 90], [50, 10], [20, 40]), own([0, 5]), ceiling);
    expect(next?.index).toBe(2);
  });

  it('goes to a worker the conference has already, rather than to one more', () => {
    const next = placeNext(places([61, 90], [50, 10], [0, 0]), own([0, 5], [1, 1]), ceiling);
    expect(next?.index).toBe(1);
  });

  it('goes home again when there is room', () => {
    const next = placeNext(places([0, 0], [10, 10], [30, 9]), own([2, 5], [1, 1]), ceiling);
    expect(next?.index).toBe(2);
  });

  it('does not spread further where nobody has room', () => {
    const next = placeNext(places([90, 9], [70, 10], [80, 1]), own([0, 5], [2, 1]), ceiling);
    expect(next?.index).toBe(2);
  });

  it('never leaves its worker without a ceiling', () => {
    expect(placeNext(places([100, 900], [0, 0]), own([0, 900]), onOneWorker)?.index).toBe(0);
  });

  it('goes on at the number of endpoints that one worker may have of it', () => {
    expect(placeNext(places([0, 1], [9, 9]), own([0, 1]), limit)?.index).toBe(0);
    expect(placeNext(places([0, 2], [9, 9]), own([0, 2]), limit)?.index).toBe(1);
    expect(placeNext(places([0, 2], [9, 2]), own([0, 2], [1, 2]), limit)?.index).toBe(0);
  });

  it('goes elsewhere while its worker is away', () => {
    const running = places([0, 0], [0, 0]).slice(1);
    expect(placeNext(running, own([0, 1], [1, 1]), onOneWorker)?.index).toBe(1);
  });
});

describe('endpoints that join together', () => {
  const ceiling = { cpuCeiling: 0.7, endpointsPerConference: Infinity };

  it('fill one worker after the other, before its CPU shows anything', () => {
    const newcomers = new Newcomers();
    const counts = new Map([[0, 0]]);
    for (let joined = 0; joined < 300; joined += 1) {
      const seen = places([0, 0], [0, 0], [0, 0], [0, 0]).map((place) => ({
        ...place,
        cpu: newcomers.cpu(place.index, 0),
      }));
      const { index } = placeNext(seen, counts, ceiling)!;
      newcomers.add(index, 0);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([140, 140, 20]);
  });

  it('are expected to cost something until that can be measured', () => {
    const newcomers = new Newcomers();
    newcomers.add(1, 0);
    newcomers.add(1, 5000);
    expect(newcomers.cpu(0, 5000)).toBe(0);
    expect(newcomers.cpu(1, 5000)).toBeCloseTo(0.01);
    expect(newcomers.cpu(1, 10_000)).toBeCloseTo(0.005);
    expect(newcomers.cpu(1, 15_000)).toBe(0);
  });
});
