import type { NetworkProfile } from '../media/link.ts';
import type { VideoCodec } from '../media/trace.ts';

/** How a participant looks at the others: what it asks of the bridge with `ReceiverVideoConstraints`. */
export type View = 'tile' | 'stage' | 'none';

/** One synthetic participant. */
export type ClientSpec = {
  /** Its number in the run; the endpoint id is this number as 8 hex digits. */
  readonly participant: number;
  readonly room: string;
  /** Place of its group in the scenario: figures are kept apart by it. */
  readonly group: number;
  /** `talks`: spurts and pauses; `endless`: no pauses. */
  readonly audio: 'none' | 'talks' | 'endless';
  readonly video: VideoCodec | undefined;
  readonly view: View;
  readonly lastN: number;
  readonly channel: 'websocket' | 'sctp';
  /** How many voices of its room the bridge sends it at a time, the loudest; 0 = all. */
  readonly loudest: number;
  readonly network: { readonly up: NetworkProfile; readonly down: NetworkProfile };
};

/** The endpoint id, and the nickname in a room. */
export function endpointOf(participant: number): string {
  return participant.toString(16).padStart(8, '0');
}

/** The participant behind an endpoint id or a source name; undefined when it is none of ours. */
export function participantOf(name: string): number | undefined {
  const digits = /^([0-9a-f]{8})(?:-[av]\d)?$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
