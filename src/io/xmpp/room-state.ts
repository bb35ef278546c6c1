/** Where the bridge stands with one room. */
export type RoomState =
  | { readonly type: 'outside' }
  | { readonly type: 'joining'; readonly failures: number }
  /** `occupant` is our own occupant JID: the service may have changed the nickname. */
  | { readonly type: 'joined'; readonly occupant: string }
  | { readonly type: 'waiting'; readonly failures: number; readonly reason: string };

export type RoomEvent =
  /** The connection is new: enter, whatever was before. */
  | { readonly type: 'enter' }
  | { readonly type: 'joined'; readonly occupant: string }
  /** The service refused the join, never answered it, or put us out. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'retry' }
  /** We left, or the connection is gone. */
  | { readonly type: 'left' };

/** The next state; an event that means nothing in a state changes nothing. */
export function roomTransition(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'enter':
      return { type: 'joining', failures: 0 };
    case 'left':
      return { type: 'outside' };
    case 'joined':
      return state.type === 'joining' ? { type: 'joined', occupant: event.occupant } : state;
    case 'refused':
      return refused(state, event.reason);
    case 'retry':
      return state.type === 'waiting' ? { type: 'joining', failures: state.failures } : state;
  }
}

function refused(state: RoomState, reason: string): RoomState {
  switch (state.type) {
    case 'joining':
      return { type: 'waiting', failures: state.failures + 1, reason };
    case 'joined':
      return { type: 'waiting', failures: 1, reason };
    case 'outside':
    case 'waiting':
      return state;
  }
}
