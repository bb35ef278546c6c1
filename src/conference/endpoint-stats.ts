import type { Endpoint } from './endpoint.ts';
import type { Speakers } from './speakers.ts';

/** Everything the filter looks at. */
export type StatsAudience = {
  readonly sender: Endpoint;
  readonly speakers: Speakers;
  readonly conferenceSize: number;
  /** Up to this size everybody gets everything. */
  readonly threshold: number;
};

/**
 * Whether `receiver` is shown the sender's statistics: it can see or hear it (bridge-channel.md §2.5). In its default
 * configuration JVB takes everybody for loud and so filters nothing, n² messages whatever the size.
 */
export function wantsStatsOf(receiver: Endpoint, audience: StatsAudience): boolean {
  const { sender, speakers, conferenceSize, threshold } = audience;
  if (receiver.id === sender.id) return false;
  if (conferenceSize <= threshold || speakers.isRecent(sender.id)) return true;
  const { onStageSources, selectedSources, constraints, defaultConstraints } =
    receiver.receiver.wishes.settings;
  const chosen = [...onStageSources, ...selectedSources];
  return (
    chosen.some((name) => sender.sources.get(name)) ||
    sender.sources.signalled.some(
      // The wish alone: a muted camera has its tile, and its owner a connection.
      ({ kind, name }) =>
        kind === 'video' && (constraints.get(name) ?? defaultConstraints).maxHeight !== 0,
    )
  );
}
