/** Bandwidth estimation and allocation; fractions of 1, bit/s, pixels, milliseconds. */
export type CongestionConfig = {
  /** Smaller changes of the estimate do not re-allocate. */
  readonly bweChangeThreshold: number;
  readonly defaultMaxHeight: number;
  /** Before a client's first constraints; 0 = send nothing. */
  readonly initialMaxHeight: number;
  readonly onstagePreferredHeight: number;
  readonly onstagePreferredFrameRate: number;
  readonly allowOversendOnstage: boolean;
  readonly maxOversendBps: number;
  readonly trustBwe: boolean;
  readonly maxTimeBetweenCalculationsMs: number;
  /** Caps every endpoint; -1 = none. */
  readonly jvbLastN: number;
  /** Before signalling says otherwise; -1 = none. */
  readonly initialLastN: number;
  readonly assumedBandwidthLimitBps?: number;
  readonly initialIgnoreBweMs: number;
  readonly estimator: {
    readonly initialBps: number;
    readonly minBps: number;
    readonly maxBps: number;
  };
};
