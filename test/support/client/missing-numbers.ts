import { unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import type { WebRtcClient } from './webrtc-client.ts';

type Stream = { readonly ssrc: number; readonly rtx: number };

/** The numbers of what came again. */
export function repeatedNumbers(client: WebRtcClient, { rtx }: Stream): number[] {
  return client.packetsOf(rtx).map((packet) => unwrapRtx(packet).sequenceNumber);
}

/** Which numbers are missing between the first that came and the last, in order. */
export function missingNumbers(client: WebRtcClient, stream: Stream): number[] {
  const numbers = client.packetsOf(stream.ssrc).map(({ sequenceNumber }) => sequenceNumber);
  const came = new Set([...numbers, ...repeatedNumbers(client, stream)]);
  const [first] = numbers;
  if (first === undefined) return [];
  const distance = (number: number) => (number - first + 0x10000) & 0xffff;
  const all = Array.from(
    { length: Math.max(...numbers.map(distance)) },
    (_, place) => (first + place) & 0xffff,
  );
  return all.filter((number) => !came.has(number));
}
