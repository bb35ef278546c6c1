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

/** Whether `receiver` is shown the sender's statistics: it can see or hear it (bridge-channel.md §2.5). */
export function wantsStatsOf(receiver: Endpoint, audience: StatsAudience): boolean {
  const { sender, speakers, conferenceSize, threshold } = audience;
  if (receiver.id === sender.id) return false;
  if (conferenceSize <= threshold || speakers.isRecent(sender.id)) return true;
  const { wishes, allocation } = receiver.receiver;
  const { settings } = wishes;
  const chosen = [...settings.onStageSources, ...settings.selectedSources];
  return (
    chosen.some((name) => sender.sources.get(name)) ||
    allocation.sources.some(
      ({ owner, effectiveMaxHeight }) => owner === sender.id && effectiveMaxHeight !== 0,
    )
  );
}
