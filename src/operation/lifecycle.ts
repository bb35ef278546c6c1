import type { Scheduled, Timers } from '../base/clock.ts';

/** Where the process stands on its way out; it only ever moves down this list (operations.md §7.2). */
export type LifecycleState =
  | { readonly name: 'running' }
  /** New conferences are refused; ends when few enough endpoints are left, or by the timer. */
  | { readonly name: 'graceful-shutdown' }
  /** The focus moves everybody away while the bridge waits; then the process exits with 0. */
  | { readonly name: 'shutting-down' };

export type LifecycleEvent =
  | { readonly type: 'graceful-requested' }
  | { readonly type: 'forced-requested' }
  /** Endpoints connected to this bridge now, visitors included. */
  | { readonly type: 'endpoints'; readonly local: number }
  | { readonly type: 'graceful-period-over' };

/** The next state; an event that means nothing in a state leaves it as it is. */
export function transition(
  state: LifecycleState,
  event: LifecycleEvent,
  minParticipants: number,
): LifecycleState {
  switch (state.name) {
    case 'shutting-down':
      return state;
    case 'running':
      if (event.type === 'graceful-requested') return { name: 'graceful-shutdown' };
      return event.type === 'forced-requested' ? { name: 'shutting-down' } : state;
    case 'graceful-shutdown':
      if (event.type === 'forced-requested' || event.type === 'graceful-period-over') {
        return { name: 'shutting-down' };
      }
      return event.type === 'endpoints' && event.local <= minParticipants
        ? { name: 'shutting-down' }
        : state;
  }
}

/** `videobridge.shutdown.*`. */
export type LifecycleConfig = {
  readonly gracefulMaxDurationMs: number;
  readonly gracefulMinParticipants: number;
  readonly shuttingDownDelayMs: number;
};

export type LifecycleOptions = {
  readonly config: LifecycleConfig;
  readonly timers: Timers;
  readonly localEndpoints: () => number;
  readonly onChange: (state: LifecycleState) => void;
  /** The delay of `shutting-down` is over: the process may exit. */
  readonly onFinished: () => void;
};

/** Drives the state machine with timers; drain mode is none of its business, it only shows in presence. */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  #state: LifecycleState = { name: 'running' };
  #wasGraceful = false;
  #terms: Partial<LifecycleConfig> = {};
  #timer: Scheduled | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Whether a graceful shutdown was asked for, also after it ended; forced shutdowns do not count. */
  get wasGraceful(): boolean {
    return this.#wasGraceful;
  }

  /** @param terms in place of what is configured, for those who ask by other rules */
  requestGraceful(terms: Partial<LifecycleConfig> = {}): void {
    this.#terms = terms;
    this.#handle({ type: 'graceful-requested' });
    this.endpointsChanged();
  }

  requestForced(terms: Partial<LifecycleConfig> = {}): void {
    this.#terms = terms;
    this.#handle({ type: 'forced-requested' });
  }

  /** To be called whenever an endpoint left. */
  endpointsChanged(): void {
    this.#handle({ type: 'endpoints', local: this.#options.localEndpoints() });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #handle(event: LifecycleEvent): void {
    const { timers } = this.#options;
    const config = { ...this.#options.config, ...this.#terms };
    const next = transition(this.#state, event, config.gracefulMinParticipants);
    if (next.name === this.#state.name) return;
    this.#state = next;
    this.#wasGraceful ||= next.name === 'graceful-shutdown';
    this.#timer?.cancel();
    this.#timer =
      next.name === 'graceful-shutdown'
        ? timers.after(config.gracefulMaxDurationMs, () =>
            this.#handle({ type: 'graceful-period-over' }),
          )
        : timers.after(config.shuttingDownDelayMs, this.#options.onFinished);
    this.#options.onChange(next);
  }
}
