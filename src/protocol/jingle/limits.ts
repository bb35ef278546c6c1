/** How much of each list is read. What a peer may send is unbounded otherwise; twice what any peer is known to send. */
export const limits = {
  payloadTypes: 128,
  parameters: 64,
  feedbacks: 32,
  headerExtensions: 64,
  /** Surplus is ignored: the client wrote them. */
  candidates: 100,
  fingerprints: 8,
  webSockets: 16,
  /** Per source, `ssrcs` per group, too; Jicofo's own limit per participant is 20 of each (`max-ssrcs-per-user`). Surplus is ignored. */
  ssrcs: 20,
  groups: 20,
  /** Simulcast layers of a source; clients send three. Surplus is ignored. */
  encodings: 4,
} as const;

export const range = {
  payloadType: { min: 0, max: 127 },
  clockRate: { min: 1, max: 0xffff_ffff },
  channels: { min: 1, max: 255 },
  /** Ids above 14 need two-byte headers (RFC 8285 §4.3). */
  headerExtension: { min: 1, max: 255 },
  ssrc: { min: 1, max: 0xffff_ffff },
} as const;
