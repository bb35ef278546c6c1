import type { types } from 'mediasoup';

/** A producer whose codec is known: a source's own one, or the end of a pipe. */
export type Consumable = {
  readonly producer: types.Producer;
  /** What the source's own producer was made with (mediasoup copies at each access). */
  readonly parameters: types.RtpParameters;
  /** What is fed by it, of all receivers on its router. */
  readonly consumers: Set<types.Consumer>;
};
