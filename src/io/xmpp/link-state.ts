/** Where one connection to an XMPP server stands. */
export type LinkState =
  | { readonly type: 'stopped' }
  /** TCP, TLS, login and binding under way; `failures` attempts failed before this one. */
  | { readonly type: 'connecting'; readonly failures: number }
  | { readonly type: 'online' }
  /** Until the next attempt. */
  | { readonly type: 'waiting'; readonly failures: number; readonly reason: string }
  | { readonly type: 'stopping' };

export type LinkEvent =
  | { readonly type: 'start' }
  | { readonly type: 'online' }
  /** The attempt failed or the stream ended. */
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'retry' }
  | { readonly type: 'stop' }
  /** The stream is closed after `stop`. */
  | { readonly type: 'closed' };

/** The next state; an event that means nothing in a state changes nothing. */
export function linkTransition(state: LinkState, event: LinkEvent): LinkState {
  switch (event.type) {
    case 'start':
      return state.type === 'stopped' ? { type: 'connecting', failures: 0 } : state;
    case 'online':
      return state.type === 'connecting' ? { type: 'online' } : state;
    case 'lost':
      return lost(state, event.reason);
    case 'retry':
      return state.type === 'waiting' ? { type: 'connecting', failures: state.failures } : state;
    case 'stop':
      return stop(state);
    case 'closed':
      return state.type === 'stopping' ? { type: 'stopped' } : state;
  }
}

function lost(state: LinkState, reason: string): LinkState {
  switch (state.type) {
    case 'connecting':
      return { type: 'waiting', failures: state.failures + 1, reason };
    case 'online':
      return { type: 'waiting', failures: 1, reason };
    case 'stopping':
    case 'stopped':
    case 'waiting':
      return state;
  }
}

function stop(state: LinkState): LinkState {
  switch (state.type) {
    case 'connecting':
    case 'online':
      return { type: 'stopping' };
    case 'waiting':
      return { type: 'stopped' };
    case 'stopping':
    case 'stopped':
      return state;
  }
}
