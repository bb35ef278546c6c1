/** How much of each list of a request is read; what exceeds it is an error, but for `sources`. */
export const limits = {
  /** A multi-endpoint request names at most everybody in a conference. */
  endpoints: 1_000,
  relays: 100,
  connects: 100,
  medias: 8,
  capabilities: 64,
  /** Surplus is ignored: a client makes them. Of these the conference takes 20. */
  sources: 100,
  /** Characters. Sources with longer names are left out: a client chose them. */
  sourceNameLength: 200,
  /** Characters. What is longer is cut: a client chose it. */
  statsIdLength: 256,
} as const;

export const range = {
  port: { min: 0, max: 65_535 },
  lastN: { min: -0x8000_0000, max: 0x7fff_ffff },
} as const;
