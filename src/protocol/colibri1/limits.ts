/** How much of each list is read. Where a focus makes the list, more is an error; of what a client made, the surplus is ignored. */
export const limits = {
  contents: 8,
  /** A request at the end of a conference names every channel of a kind. */
  handles: 1_000,
  bundles: 1_000,
  endpoints: 1_000,
  sources: 100,
  groups: 100,
  ssrcs: 100,
  statsIdLength: 256,
} as const;

export const range = {
  /** -1 is how some say nothing. */
  expire: { min: -1, max: 0x7fff_ffff },
  port: { min: 0, max: 65_535 },
  lastN: { min: -0x8000_0000, max: 0x7fff_ffff },
} as const;
