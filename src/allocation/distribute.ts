import type { CandidateLayers } from './candidate-layers.ts';

/** One source's part in the distribution: what it could be sent at, and whether it goes first. */
export type Claim = { readonly candidates: CandidateLayers; readonly onStage: boolean };

export type Distribution = {
  /** For every claim the index of its target among its candidates; -1 = nothing. */
  readonly targets: readonly number[];
  /** More was given than there was, for the sake of an on-stage screen share. */
  readonly oversending: boolean;
};

/**
 * Hands out `availableBps` to claims in order of priority (allocation.md §1.5): those on stage first and up to
 * their preferred layer, then everybody one layer a round. Only the first claim may exceed the budget, by at most
 * `maxOversendBps`.
 */
export function distribute(
  claims: readonly Claim[],
  availableBps: number,
  maxOversendBps: number,
): Distribution {
  const targets = claims.map(() => -1);
  // Infinity minus something is Infinity again: progress would not show.
  let remaining = Math.min(availableBps, Number.MAX_SAFE_INTEGER);
  for (let before = NaN; before !== remaining;) {
    before = remaining;
    for (const [index, claim] of claims.entries()) {
      if (claim.candidates.layers.length === 0) continue;
      const target = targets[index] ?? -1;
      const spent = bitrateAt(claim, target);
      const budget = remaining + spent;
      let improved = improve(claim, target, budget);
      if (index === 0) improved = oversend(claim, improved, budget + maxOversendBps);
      targets[index] = improved;
      remaining = budget - bitrateAt(claim, improved);
      if (claim.onStage && improved < claim.candidates.preferred) break; // the others wait for it
    }
  }
  // Not in any round but in the end: a better layer may have turned out cheaper.
  return { targets, oversending: remaining < 0 };
}

/** One step up: on stage from nothing straight towards the preferred layer, otherwise a single layer. */
function improve(claim: Claim, target: number, budgetBps: number): number {
  const { layers, preferred } = claim.candidates;
  let reached = target;
  if (claim.onStage && target === -1 && preferred > -1) {
    while (reached < preferred && (layers[reached + 1]?.bitrateBps ?? Infinity) <= budgetBps) {
      reached += 1;
    }
  } else if ((layers[target + 1]?.bitrateBps ?? Infinity) < budgetBps) {
    reached += 1;
  }
  if (reached === -1) return -1;
  // A better layer that costs no more is taken at once; measured rates need not ascend.
  const cost = bitrateAt(claim, reached);
  return Math.max(
    reached,
    layers.findLastIndex((layer) => layer.bitrateBps <= cost),
  );
}

/** One step towards the oversend layer as long as the excess stays within bounds. */
function oversend(claim: Claim, target: number, limitBps: number): number {
  const { layers, oversend: goal } = claim.candidates;
  if (target >= goal) return target;
  const next = layers.findIndex(
    (layer, index) => index > target && index <= goal && layer.bitrateBps <= limitBps,
  );
  return next === -1 ? target : next;
}

function bitrateAt(claim: Claim, index: number): number {
  return claim.candidates.layers[index]?.bitrateBps ?? 0;
}
