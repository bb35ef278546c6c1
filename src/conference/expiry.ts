import type { Activity } from './connectivity.ts';
import type { TransportState } from './ports.ts';

/** An endpoint that never came gets twice the time of one that went silent; a failed one none (colibri2.md §3.9). */
export function endpointExpiryReason(
  endpoint: Activity & { readonly ice: TransportState; readonly dtls: TransportState },
  nowMs: number,
  timeoutMs: number,
): string | undefined {
  const { createdMs, lastActiveMs, ice, dtls } = endpoint;
  if (ice === 'failed') return 'ICE failed';
  if (dtls === 'failed') return 'DTLS failed';
  if (lastActiveMs === undefined) {
    return nowMs - createdMs > 2 * timeoutMs ? 'never active' : undefined;
  }
  return nowMs - lastActiveMs > timeoutMs ? 'inactive' : undefined;
}

/** How long a conference without endpoints may last: the focus is about to fill it. */
const emptyConferenceMs = 20_000;

export function isAbandoned(
  conference: { readonly createdMs: number; readonly endpointCount: number },
  nowMs: number,
): boolean {
  return conference.endpointCount === 0 && nowMs - conference.createdMs > emptyConferenceMs;
}
