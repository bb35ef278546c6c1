/** STUN (RFC 8489), as far as asking for one's own address needs it. */
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const magicCookie = 0x2112a442;
const headerLength = 20;
const xorMappedAddress = 0x0020;
const ipv4Family = 0x01;

/** @param transactionId 12 bytes nobody can guess */
export function encodeBindingRequest(transactionId: Uint8Array): Buffer {
  const message = Buffer.alloc(headerLength);
  message.writeUInt16BE(bindingRequest, 0);
  message.writeUInt32BE(magicCookie, 4);
  message.set(transactionId.subarray(0, 12), 8);
  return message;
}

/** The IPv4 address in the answer to that transaction; undefined for anything else. */
export function decodeMappedAddress(
  message: Buffer,
  transactionId: Uint8Array,
): string | undefined {
  if (message.length < headerLength || message.readUInt16BE(0) !== bindingSuccess) return undefined;
  if (message.readUInt32BE(4) !== magicCookie) return undefined;
  if (!message.subarray(8, headerLength).equals(transactionId)) return undefined;
  const end = headerLength + message.readUInt16BE(2);
  if (end > message.length) return undefined;
  for (let at = headerLength; at + 4 <= end;) {
    const length = message.readUInt16BE(at + 2);
    const value = message.subarray(at + 4, Math.min(at + 4 + length, end));
    if (message.readUInt16BE(at) === xorMappedAddress) return decodeXorAddress(value);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

/** RFC 8489 §14.2 */
function decodeXorAddress(value: Buffer): string | undefined {
  if (value.length < 8 || value.readUInt8(1) !== ipv4Family) return undefined;
  const address = Buffer.alloc(4);
  address.writeUInt32BE((value.readUInt32BE(4) ^ magicCookie) >>> 0);
  return [...address].join('.');
}
