import type { ReceiverSettings } from '../model/constraints.ts';
import { isVideoEnabled } from '../model/source.ts';
import type { AllocatableSource } from './allocation.ts';

/** How high a source may be sent, and what forbade it. */
export type ConstrainedSource = {
  readonly source: AllocatableSource;
  /** Pixels of the smaller side: -1 = no limit, 0 = not at all. */
  readonly maxHeight: number;
  readonly zeroBecause: 'video-type' | 'last-n' | 'constraint' | undefined;
};

/**
 * Applies last-n and the receiver's constraints to sources in order of priority (allocation.md §1.3). A source the
 * receiver does not want takes no place among the last n; one beyond them is not sent however much bandwidth is left.
 */
export function effectiveConstraints(
  ordered: readonly AllocatableSource[],
  settings: ReceiverSettings,
  lastNLimits: readonly number[],
): ConstrainedSource[] {
  const lastN = effectiveLastN([settings.lastN, ...lastNLimits]);
  let taken = 0;
  return ordered.map((source) => {
    if (!isVideoEnabled(source.videoType)) return zero(source, 'video-type');
    if (taken >= lastN) return zero(source, 'last-n');
    const wish = settings.constraints.get(source.name) ?? settings.defaultConstraints;
    if (wish.maxHeight === 0 || wish.maxFrameRate === 0) {
      return zero(source, 'constraint');
    }
    taken += 1;
    return { source, maxHeight: wish.maxHeight, zeroBecause: undefined };
  });
}

/** The smallest of the limits that are set; negative ones are not. */
function effectiveLastN(limits: readonly number[]): number {
  return Math.min(Infinity, ...limits.filter((limit) => limit >= 0));
}

function zero(
  source: AllocatableSource,
  zeroBecause: ConstrainedSource['zeroBecause'],
): ConstrainedSource {
  return { source, maxHeight: 0, zeroBecause };
}
