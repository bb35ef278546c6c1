import type {
  Allocation,
  AllocationSnapshot,
  LimitingReason,
  SourceAllocation,
} from './allocation.ts';
import { candidateLayers, type CandidateLayers } from './candidate-layers.ts';
import { distribute } from './distribute.ts';
import { type ConstrainedSource, effectiveConstraints } from './effective-constraints.ts';
import { prioritize } from './prioritize.ts';

type Considered = ConstrainedSource & {
  readonly candidates: CandidateLayers;
  readonly onStage: boolean;
};

/**
 * Decides what one receiver is sent (allocation.md §1): order the sources, apply last-n and constraints, choose
 * candidate layers, distribute the bandwidth. Depends on the snapshot alone.
 */
export function allocate(snapshot: AllocationSnapshot): Allocation {
  const considered = consider(snapshot);
  const claims = considered.map(({ candidates, onStage }) => ({ candidates, onStage }));
  const { targets, oversending } = distribute(
    claims,
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
    const onStage = stage.has(constrained.source.name);
    const wish = { maxHeight: constrained.maxHeight, onStage };
    return {
      ...constrained,
      onStage,
      candidates: candidateLayers(constrained.source, wish, config),
    };
  });
}

function sourceAllocation(considered: Considered, target: number): SourceAllocation {
  const { source, maxHeight, candidates } = considered;
  return {
    source: source.name,
    owner: source.owner,
    effectiveMaxHeight: maxHeight,
    target: candidates.layers[target],
    ideal: candidates.layers.at(-1),
    limitedBy: limitingReason(considered, target),
  };
}

function limitingReason(considered: Considered, target: number): LimitingReason {
  const { source, zeroBecause, candidates } = considered;
  if (zeroBecause) return zeroBecause;
  if (source.layers.length === 0) return 'no-layers';
  const ideal = candidates.layers.at(-1);
  if (ideal && target < candidates.layers.length - 1) return 'bandwidth';
  // Only layers that something arrives on could have been sent.
  const best = source.layers.findLast((layer) => layer.bitrateBps > 0) ?? source.layers.at(-1);
  return ideal === best ? 'none' : 'constraint';
}

function sumOf(sources: readonly SourceAllocation[], layer: 'target' | 'ideal'): number {
  return sources.reduce((sum, source) => sum + (source[layer]?.bitrateBps ?? 0), 0);
}
