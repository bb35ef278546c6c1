/** Caps on whatever a page can make grow; Jicofo's where it has one (colibri2.md §6.1). */
export const limits = {
  rooms: 50,
  participantsPerRoom: 30,
  sourcesPerParticipant: 20,
  /** Bytes of one signalling message. */
  messageBytes: 64 * 1024,
  messagesPerSecond: 50,
  /** Bytes waiting for a page that does not read; beyond, its connection is closed. */
  queuedBytes: 4 * 1024 * 1024,
  nameLength: 40,
  /** A page that does not join within this time is disconnected. */
  joinTimeoutMs: 10_000,
  /** New sessions after a failed one: at most one in this time. */
  reinviteIntervalMs: 3_000,
} as const;
