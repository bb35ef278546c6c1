// Data Channel Establishment Protocol (RFC 8832): reading an OPEN, and the one a bridge of 2018 sends.

/** Payload protocol identifiers of WebRTC data channels (RFC 8831 §8). */
export const ppid = { dcep: 50, text: 51, binary: 53, emptyText: 56 } as const;

const OPEN = 0x03;
const OPEN_HEADER_BYTES = 12;

/** DATA_CHANNEL_OPEN of the channel that clients of 2018 wait for: reliable, ordered (colibri1.md §4.1). */
export const bridgeChannelOpen: Buffer = dataChannelOpen(
  'default',
  'http://jitsi.org/protocols/colibri',
);

function dataChannelOpen(label: string, protocol: string): Buffer {
  const header = Buffer.alloc(OPEN_HEADER_BYTES); // channel type, priority and reliability are 0
  header[0] = OPEN;
  header.writeUInt16BE(Buffer.byteLength(label), 8);
  header.writeUInt16BE(Buffer.byteLength(protocol), 10);
  return Buffer.concat([header, Buffer.from(label), Buffer.from(protocol)]);
}

/** The one-byte answer to DATA_CHANNEL_OPEN (RFC 8832 §5.2). */
export const dataChannelAck: Buffer = Buffer.from([0x02]);

/** Whether a message with PPID 50 is a whole DATA_CHANNEL_OPEN; label and protocol are not looked at (JVB neither). */
export function isDataChannelOpen(message: Buffer): boolean {
  if (message.length < OPEN_HEADER_BYTES || message[0] !== OPEN) return false;
  const labelBytes = message.readUInt16BE(8);
  const protocolBytes = message.readUInt16BE(10);
  return message.length >= OPEN_HEADER_BYTES + labelBytes + protocolBytes;
}
