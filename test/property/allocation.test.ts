// Laws of the allocator, whatever it is given.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/allocation/allocate.ts';
import { candidateLayers } from '../../src/allocation/candidate-layers.ts';
import type { AllocatableSource, AllocationSnapshot } from '../../src/allocation/allocation.ts';
import type { Layer } from '../../src/model/layer.ts';
import { videoTypes } from '../../src/model/source.ts';
import { height, names, snapshot, videoSource } from '../support/allocation-snapshot.ts';

const ids = ['A', 'B', 'C', 'D', 'E', 'F'];

/** Up to four encodings of three temporal layers; rates need not ascend, some are silent. */
const layers: fc.Arbitrary<Layer[]> = fc
  .array(fc.array(fc.nat({ max: 3_000_000 }), { minLength: 3, maxLength: 3 }), { maxLength: 4 })
  .chain((rates) =>
    fc
      .record({ lowest: fc.constantFrom(90, 180, 270), known: fc.boolean() })
      .map(({ lowest, known }) =>
        rates.flatMap((encodingRates, encoding) =>
          encodingRates.map((bitrateBps, temporal) => ({
            index: { encoding, spatial: 0, temporal },
            height: lowest * 2 ** encoding,
            frameRate: known ? 7.5 * 2 ** temporal : -1,
            bitrateBps,
          })),
        ),
      ),
  );

/** As `layers`, but whatever is better costs more. */
const ladder: fc.Arbitrary<Layer[]> = layers.map((unsorted) => {
  const rates = unsorted.map(({ bitrateBps }) => bitrateBps).sort((a, b) => a - b);
  return unsorted.map((layer, place) => ({
    ...layer,
    bitrateBps: (rates[place] ?? 0) + place + 1,
  }));
});

const sources: fc.Arbitrary<AllocatableSource[]> = fc.tuple(
  ...ids.map((id) =>
    fc
      .record({ type: fc.constantFrom(...videoTypes), layers })
      .map(({ type, layers: chosen }) => videoSource(id, type, chosen)),
  ),
);

const someNames = fc.shuffledSubarray(ids).map((chosen) => names(...chosen));
const maxHeight = fc.constantFrom(-1, 0, 90, 180, 360, 720, 100_000);

const situation: fc.Arbitrary<AllocationSnapshot> = fc
  .record({
    sources,
    lastN: fc.integer({ min: -1, max: 7 }),
    limit: fc.integer({ min: -1, max: 7 }),
    onStageSources: someNames,
    selectedSources: someNames,
    defaultMax: maxHeight,
    constraints: fc.dictionary(fc.constantFrom(...ids.map((id) => `${id}-v0`)), maxHeight),
    availableBps: fc.oneof(fc.nat({ max: 10_000_000 }), fc.constant(Infinity)),
    allowOversendOnstage: fc.boolean(),
  })
  .map(({ lastN, limit, onStageSources, selectedSources, defaultMax, constraints, ...rest }) => {
    const base = snapshot({
      sources: rest.sources,
      lastNLimits: [limit],
      availableBps: rest.availableBps,
      settings: {
        lastN,
        onStageSources,
        selectedSources,
        constraints,
        defaultConstraints: height(defaultMax),
      },
    });
    return { ...base, config: { ...base.config, allowOversendOnstage: rest.allowOversendOnstage } };
  });

const check = (law: (given: AllocationSnapshot) => void) =>
  fc.assert(fc.property(situation, law), { numRuns: 250 });

describe('allocate', { timeout: 30_000 }, () => {
  it('names every source once, in order of priority', () =>
    check((given) => {
      const { sources: allocated } = allocate(given);
      expect(allocated.map(({ source }) => source).sort()).toEqual(
        given.sources.map(({ name }) => name).sort(),
      );
      const rank = ({ source }: { source: string }) => {
        const { videoType } = given.sources.find(({ name }) => name === source)!;
        if (videoType === 'none' || videoType === 'disabled') return 3;
        const { onStageSources, selectedSources } = given.settings;
        if (onStageSources.some((name) => name === source)) return 0;
        return selectedSources.some((name) => name === source) ? 1 : 2;
      };
      const ranks = allocated.map(rank);
      expect(ranks).toEqual([...ranks].sort());
    }));

  it('stays within the budget, except for a bounded excess of the first source', () =>
    check((given) => {
      const { targetBps, oversending, sources: allocated } = allocate(given);
      const excess = targetBps - given.availableBps;
      expect(oversending).toBe(excess > 0);
      if (excess <= 0) return;
      const [first] = allocated;
      expect(excess).toBeLessThanOrEqual(given.config.maxOversendBps);
      expect(given.config.allowOversendOnstage).toBe(true);
      expect(given.settings.onStageSources).toContain(first!.source);
    }));

  it('sends only layers the source has, and nothing that is not wanted', () =>
    check((given) => {
      for (const { source, target, effectiveMaxHeight, ideal } of allocate(given).sources) {
        const { layers: offered } = given.sources.find(({ name }) => name === source)!;
        if (target) expect(offered).toContain(target);
        if (effectiveMaxHeight === 0) expect([target, ideal]).toEqual([undefined, undefined]);
      }
    }));

  it('counts at most last-n wanted sources', () =>
    check((given) => {
      const limits = [given.settings.lastN, ...given.lastNLimits].filter((limit) => limit >= 0);
      const wanted = allocate(given).sources.filter((each) => each.effectiveMaxHeight !== 0);
      expect(wanted.length).toBeLessThanOrEqual(Math.min(...limits, Infinity));
    }));

  it('lets nothing behind an on-stage source have bandwidth before that has its preferred layer', () =>
    check((given) => {
      const { sources: allocated } = allocate(given);
      const stage = allocated.findIndex(({ source, target, effectiveMaxHeight }) => {
        if (!given.settings.onStageSources.includes(source)) return false;
        const { layers: candidates, preferred } = candidateLayers(
          given.sources.find(({ name }) => name === source)!,
          { maxHeight: effectiveMaxHeight, onStage: true },
          given.config,
        );
        return (target ? candidates.indexOf(target) : -1) < preferred;
      });
      if (stage === -1) return;
      for (const { target } of allocated.slice(stage + 1)) expect(target).toBeUndefined();
    }));

  it('sends everything at its best with unlimited bandwidth, and says so', () =>
    check((given) => {
      const { sources: allocated } = allocate({ ...given, availableBps: Infinity });
      for (const { target, ideal, limitedBy } of allocated) {
        expect(target).toEqual(ideal);
        expect(limitedBy).not.toBe('bandwidth');
      }
    }));

  it('says bandwidth exactly where more bandwidth would help', () =>
    check((given) => {
      for (const { target, ideal, limitedBy } of allocate(given).sources) {
        expect(limitedBy === 'bandwidth').toBe(target !== ideal);
      }
    }));

  it('never makes a screen share on stage worse for more bandwidth', () =>
    fc.assert(
      fc.property(situation, layers, fc.nat({ max: 5_000_000 }), (given, shared, more) => {
        const sources = [videoSource('A', 'desktop', shared), ...given.sources.slice(1)];
        const settings = { ...given.settings, onStageSources: names('A') };
        const rateOf = (availableBps: number) => {
          const [share] = allocate({ ...given, sources, settings, availableBps }).sources;
          return share?.target?.bitrateBps ?? -1;
        };
        const before = Math.min(given.availableBps, 10_000_000);
        expect(rateOf(before + more)).toBeGreaterThanOrEqual(rateOf(before));
      }),
      { numRuns: 250 },
    ));

  it('never makes a source that is alone worse for more bandwidth, if better layers cost more', () =>
    fc.assert(
      fc.property(situation, ladder, fc.nat({ max: 5_000_000 }), (given, layersOfA, more) => {
        for (const videoType of ['camera', 'desktop'] as const) {
          const sources = [videoSource('A', videoType, layersOfA)];
          const targetAt = (availableBps: number) => {
            const { target } = allocate({ ...given, sources, availableBps }).sources[0]!;
            return target ? layersOfA.indexOf(target) : -1;
          };
          const before = Math.min(given.availableBps, 10_000_000);
          expect(targetAt(before + more)).toBeGreaterThanOrEqual(targetAt(before));
        }
      }),
      { numRuns: 250 },
    ));

  it('never sends an equal tile better than one ranked before it', () =>
    fc.assert(
      fc.property(ladder, maxHeight, fc.nat({ max: 10_000_000 }), (shared, limit, availableBps) => {
        const { sources: allocated } = allocate(
          snapshot({
            sources: ids.map((id) => videoSource(id, 'camera', shared)),
            availableBps,
            settings: { defaultConstraints: height(limit) },
          }),
        );
        const steps = new Map<Layer | undefined, number>([[undefined, -1]]);
        const candidates = candidateLayers(
          { videoType: 'camera', layers: shared },
          { maxHeight: limit, onStage: false },
          snapshot().config,
        ).layers;
        for (const [step, layer] of candidates.entries()) steps.set(layer, step);
        const grown = allocated.map(({ target }) => steps.get(target)!);
        expect(grown).toEqual([...grown].sort((a, b) => b - a));
      }),
      { numRuns: 250 },
    ));

  it('gives the same answer for the same snapshot, and leaves it alone', () =>
    check((given) => {
      const copy = structuredClone(given);
      expect(allocate(given)).toEqual(allocate(given));
      expect(given).toEqual(copy);
    }));
});
