declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** The focus's key of a conference: a non-blank string, usually a UUID (colibri2 `meeting-id`). */
export type MeetingId = Branded<string, 'MeetingId'>;

/** The bridge's own id of a conference: 16 hex digits, in colibri-ws URLs and logs. */
export type ConferenceId = Branded<string, 'ConferenceId'>;

/** One client's session on the bridge: its nickname in the conference room, usually 8 hex digits. */
export type EndpointId = Branded<string, 'EndpointId'>;

/** One audio or video track: `<endpoint id>-a0`, `-v0` (camera), `-v1` (screen share). */
export type SourceName = Branded<string, 'SourceName'>;

/** An RTP synchronization source: 1 to 2³² − 1 (RFC 3550). */
export type Ssrc = Branded<number, 'Ssrc'>;

/** Brands a value whose form the caller has checked. */
export const meetingId = (value: string): MeetingId => value as MeetingId;
export const conferenceId = (value: string): ConferenceId => value as ConferenceId;
export const endpointId = (value: string): EndpointId => value as EndpointId;
export const sourceName = (value: string): SourceName => value as SourceName;
export const ssrc = (value: number): Ssrc => value as Ssrc;
