import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import type { ConferenceModify } from '../../src/protocol/colibri2/conference-modify.ts';

/** What a focus needs of a bridge, whatever way leads to it. */
export interface Bridge {
  /** @throws BridgeError */
  request(request: ConferenceModify): Promise<ConferenceModified>;
  /** What the bridge says about a conference, or undefined if it says nothing. */
  inspect(meetingId: string): Promise<unknown>;
}

/** Why a request to the bridge did not succeed, as far as a focus reacts to it (colibri2.md §5.2, §5.3). */
export type BridgeFailure =
  /** Nothing answers, or not in time. */
  | 'unreachable'
  /** The bridge does not know the conference: it was restarted, or the conference expired. */
  | 'conference-lost'
  | 'endpoint-lost'
  /** Anything else: the request itself is not to the bridge's liking. */
  | 'refused';

export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly failure: BridgeFailure;

  constructor(failure: BridgeFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** Jicofo waits as long for an answer (colibri2.md §5.1). */
export const answerTimeoutMs = 15_000;
