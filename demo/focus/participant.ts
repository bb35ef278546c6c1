import type { EndpointId } from '../../src/model/ids.ts';
import type { FocusMessage, Member, SignalledSource, SourceState } from '../signal-messages.ts';

export type ParticipantOptions = {
  readonly id: EndpointId;
  readonly name: string;
  readonly dataChannel: boolean;
  readonly ssrcRewriting: boolean;
  readonly sources: readonly SourceState[];
  readonly send: (message: FocusMessage) => void;
};

/**
 * One page in a room. `invited` while the bridge has an endpoint for it; every invitation starts a new session,
 * and what belongs to an older one is ignored.
 */
export class Participant {
  readonly id: EndpointId;
  readonly name: string;
  readonly dataChannel: boolean;
  readonly ssrcRewriting: boolean;
  readonly send: (message: FocusMessage) => void;
  states: readonly SourceState[];
  /** What the page announced with SSRCs, by name. */
  readonly sources = new Map<string, SignalledSource>();
  session = 0;
  /** Where the bridge serves this participant's channel, while it is invited. */
  webSocketUrl: string | undefined;
  invited = false;
  lastInvitationMs = Number.NEGATIVE_INFINITY;

  constructor(options: ParticipantOptions) {
    this.id = options.id;
    this.name = options.name;
    this.dataChannel = options.dataChannel;
    this.ssrcRewriting = options.ssrcRewriting;
    this.states = options.sources;
    this.send = options.send;
  }

  get member(): Member {
    return { id: this.id, name: this.name, sources: this.states };
  }

  /** Ends the session at the page; its sources go with it. */
  terminate(reason: string): void {
    if (!this.invited) return;
    this.invited = false;
    this.webSocketUrl = undefined;
    this.sources.clear();
    this.send({ type: 'terminate', session: this.session, reason });
  }
}
