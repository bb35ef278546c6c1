import type {
  Allocation,
  AllocationSnapshot,
  LimitingReason,
  SourceAllocation,
} from './allocation.ts';
import { candidateLayers } from './candidate-layers.ts';
import { type Claim, distribute } from './distribute.ts';
import { type ConstrainedSource, effectiveConstraints } from './effective-constraints.ts';
import { prioritize } from './prioritize.ts';

type Considered = {
  readonly constrained: ConstrainedSource;
  readonly claim: Claim;
};

/**
 * Decides what one receiver is sent (allocation.md §1): order the sources, apply last-n and constraints, choose
 * candidate layers, distribute the bandwidth. Depends on the snapshot alone.
 */
export function allocate(snapshot: AllocationSnapshot): Allocation {
  const considered = consider(snapshot);
  const { targets, oversending } = distribute(
    considered.map(({ claim }) => claim),
    snapshot.availableBps,
    snapshot.config.maxOversendBps,
  );
  const sources = considered.map((each, index) => sourceAllocation(each, targets[index] ?? -1));
  return {
    sources,
    targetBps: sumOf(sources, 'target'),
    idealBps: sumOf(sources, 'ideal'),
    oversending,
  };
}

function consider(snapshot: AllocationSnapshot): Considered[] {
  const { settings, config } = snapshot;
  const ordered = prioritize(snapshot.sources, settings);
  const stage = new Set(settings.onStageSources);
  return effectiveConstraints(ordered, settings, snapshot.lastNLimits).map((constrained) => {
    const { source, maxHeight } = constrained;
    const onStage = stage.has(source.name);
    const candidates = candidateLayers(source, { maxHeight, onStage }, config);
    return { constrained, claim: { candidates, onStage } };
  });
}

function sourceAllocation(considered: Considered, target: number): SourceAllocation {
  const { source, maxHeight } = considered.constrained;
  const { layers } = considered.claim.candidates;
  return {
    source: source.name,
    owner: source.owner,
    effectiveMaxHeight: maxHeight,
    target: layers[target],
    ideal: layers.at(-1),
    limitedBy: limitingReason(considered, target),
  };
}

function limitingReason({ constrained, claim }: Considered, target: number): LimitingReason {
  const { source, zeroBecause } = constrained;
  if (zeroBecause) return zeroBecause;
  if (source.layers.length === 0) return 'no-layers';
  const { layers } = claim.candidates;
  if (target < layers.length - 1) return 'bandwidth';
  // Only layers that something arrives on could have been sent.
  const best = source.layers.findLast((layer) => layer.bitrateBps > 0) ?? source.layers.at(-1);
  return layers.at(-1) === best ? 'none' : 'constraint';
}

function sumOf(sources: readonly SourceAllocation[], layer: 'target' | 'ideal'): number {
  return sources.reduce((sum, source) => sum + (source[layer]?.bitrateBps ?? 0), 0);
}
