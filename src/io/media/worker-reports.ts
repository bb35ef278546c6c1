// What our patched worker tells and takes beyond mediasoup's own interface (docs/worker.md).
import type { types } from 'mediasoup';
import type { Ssrc } from '../../model/ids.ts';
import type { IceCredentials } from '../../model/transport.ts';
import type { PacketCounts } from './traffic.ts';

export type PayloadTypeNotice = { readonly ssrc: Ssrc; readonly payloadType: number };

/**
 * Patch payload-type-notice: a producer's `rtp` trace, which nobody asked for, says that a payload type outside its parameters arrives on one
 * of its SSRCs; once per change.
 */
export function payloadTypeNotice(
  trace: types.ProducerTraceEventData,
): PayloadTypeNotice | undefined {
  if (trace.type !== 'rtp') return undefined;
  const { rtpPacket } = trace.info as {
    rtpPacket?: { ssrc: number; payloadType: number } | null;
  };
  return rtpPacket
    ? { ssrc: rtpPacket.ssrc as Ssrc, payloadType: rtpPacket.payloadType }
    : undefined;
}

/**
 * RTP and RTCP packets a worker received and sent since its start. Its resource usage has two fields for messages that Linux
 * never fills (getrusage(2)); our worker does.
 */
export function packetCounts(usage: types.WorkerResourceUsage): PacketCounts {
  return { packetsIn: usage.ru_msgrcv, packetsOut: usage.ru_msgsnd };
}

/**
 * A codec parameter that names the sender SSRC of the RTCP the worker makes about a producer, or of the probing padding it
 * sends beside a consumer (`jvb-a0`, `jvb-v0`; colibri2.md §6.6).
 */
export function feedbackSsrcParameter(ssrc: Ssrc): Readonly<Record<string, number>> {
  return { 'x-feedback-ssrc': ssrc };
}

/**
 * The announced address of a listen info that makes a worker share its ports with others (patch shared-port).
 * @param order the letters of the living workers in the order in which they opened the ports, the one told last
 */
export function sharedPortAddress(group: string, letters: string, order: string): string {
  return `shared-port:${group}:${letters}:${order}`;
}

/** The client's ICE password as a last fingerprint: with it the worker makes Firefox the controlling agent. */
export function icePasswordFingerprint(
  credentials: IceCredentials | undefined,
): readonly types.DtlsFingerprint[] {
  return credentials ? [{ algorithm: 'sha-1', value: `ice-pwd:${credentials.pwd}` }] : [];
}
