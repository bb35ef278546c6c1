/** What a bridge-channel message may be; a longer or deeper one is dropped whole. */
export const limits = {
  /** UTF-16 units of text: the `max-message-size` browsers announce for data channels. */
  messageLength: 262_144,
  /** Objects and arrays within one another. */
  depth: 32,
  /** Names in one list or map. */
  names: 2_000,
  /** A source name: an endpoint id (a JID's resource, 1,023 bytes at most) and a suffix. */
  nameLength: 1_100,
} as const;
