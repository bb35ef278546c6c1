import type { Member } from '../../signal-messages.ts';
import type { RemoteStream } from './remote-streams.ts';

export type CallStatus =
  | { readonly type: 'connecting' | 'connected' | 'reconnecting' | 'left' }
  /** No call at present, with a text for people. */
  | { readonly type: 'waiting' | 'refused'; readonly reason: string };

/** All the view needs to know of a call, at one moment. */
export type CallState = {
  readonly status: CallStatus;
  readonly me: Member;
  readonly others: readonly Member[];
  readonly streams: readonly RemoteStream[];
  readonly dominantSpeaker: string | undefined;
  /** Names of the video sources the bridge forwards to us; undefined until it said so. */
  readonly forwarded: readonly string[] | undefined;
  readonly channel: 'sctp' | 'websocket' | undefined;
  /** The bridge's estimate of what we can receive, bit/s. */
  readonly downlinkBps: number | undefined;
};
