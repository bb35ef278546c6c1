import type { ConferenceConfig } from './conference-config.ts';

/** When an endpoint last gave a sign of life: RTP, RTCP or an ICE consent check. */
export type Activity = { readonly createdMs: number; readonly lastActiveMs: number | undefined };

/** Whether an endpoint is reachable, as the others are told (allocation.md §3.4). */
export function isReachable(
  activity: Activity,
  nowMs: number,
  config: ConferenceConfig['connectivity'],
): boolean {
  const { createdMs, lastActiveMs } = activity;
  return lastActiveMs === undefined
    ? nowMs - createdMs <= config.firstTransferTimeoutMs
    : nowMs - lastActiveMs <= config.maxInactivityLimitMs;
}
