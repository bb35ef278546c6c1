// What our patched worker tells and takes beyond mediasoup's own interface (docs/worker.md).
import type { types } from 'mediasoup';
import type { Ssrc } from '../../model/ids.ts';
import type { IceCredentials } from '../../model/transport.ts';
import type { KeyframeLimit } from './media-options.ts';
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

/** What arrives of one layer, without those it depends on; rates over the last second, pixels, 0 = unknown. */
export type LayerSample = {
  readonly encoding: number;
  readonly spatial: number;
  readonly temporal: number;
  readonly bitrateBps: number;
  readonly frameRate: number;
  readonly width: number;
  readonly height: number;
  /** Its ordinary frames need the spatial layer below. */
  readonly needsLayerBelow: boolean;
};

/**
 * Patch layers-report: a video producer's `keyframe` trace, which nobody asked for, has the report in place of its packet's
 * MID: a word for each layer, eight numbers each. undefined if it is another trace.
 */
export function layersReport(
  trace: types.ProducerTraceEventData,
): readonly LayerSample[] | undefined {
  if (trace.type !== 'keyframe') return undefined;
  const { rtpPacket } = trace.info as { rtpPacket: { mid: string | null } };
  const words = rtpPacket.mid?.split(' ').filter((word) => word !== '') ?? [];
  return words.map((word) => {
    const [encoding = 0, spatial = 0, temporal = 0, bitrateBps = 0, ...rest] = word
      .split(',')
      .map(Number);
    const [frameRate = 0, width = 0, height = 0, needsLayerBelow = 0] = rest;
    const layer = { encoding, spatial, temporal, bitrateBps, frameRate, width, height };
    return { ...layer, needsLayerBelow: needsLayerBelow === 1 };
  });
}

/** Patch voice-start: an audio producer's `keyframe` trace, which no packet of audio causes. */
export function isVoiceStart(trace: types.ProducerTraceEventData): boolean {
  return trace.type === 'keyframe';
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

/** A codec parameter of a producer: where the senders' video-layers-allocation00 extension is (patch layers-report). */
export function layersAllocationParameter(
  extensionId: number | undefined,
): Readonly<Record<string, number>> {
  return extensionId === undefined ? {} : { 'x-layers-allocation-id': extensionId };
}

/** Codec parameters of a consumer: how many key frames its receiver may ask for (patch keyframe-budget). */
export function keyframeParameters(limit: KeyframeLimit): Readonly<Record<string, number>> {
  return {
    'x-keyframe-min-interval': limit.minIntervalMs,
    'x-keyframe-max-requests': limit.maxRequests,
    'x-keyframe-window': limit.windowMs,
  };
}

/**
 * Another part of that address: where the worker writes down what its successor needs (patch srtp-journal).
 * @param before the same of the worker whose place it takes
 */
export function journalAddress(path: string, before: string | undefined): string {
  return before === undefined ? `journal:${path}` : `journal:${path}:${before}`;
}

/** A transport of a worker that died. */
export type FormerTransport = {
  readonly id: string;
  readonly credentials: IceCredentials;
  readonly tuple: types.TransportTuple | undefined;
  /** Whether its client has an open data channel, without which nothing is to go on. */
  readonly hasChannel: boolean;
};

/** What a worker needs to go on with a transport of the one before it, as a last fingerprint (patch srtp-journal). */
export function resumeFingerprint(former: FormerTransport): types.DtlsFingerprint {
  const { ufrag, pwd } = former.credentials;
  const channel = former.hasChannel ? 'channel' : '-';
  const value = `resume:${former.id} ${ufrag} ${pwd} ${channel}${pathOf(former)}`;
  return { algorithm: 'sha-1', value };
}

/** Makes a transport take the place of a former one whose DTLS handshake had not begun, before it connects (patch handshake-anew). */
export function anewFingerprint(
  former: Omit<FormerTransport, 'hasChannel'>,
): types.DtlsFingerprint {
  const { ufrag, pwd } = former.credentials;
  return { algorithm: 'sha-1', value: `anew:${former.id} ${ufrag} ${pwd}${pathOf(former)}` };
}

function pathOf({ tuple }: Pick<FormerTransport, 'tuple'>): string {
  if (tuple?.protocol !== 'udp') return '';
  const { localAddress, remoteIp = '', remotePort = 0 } = tuple;
  return ` ${localAddress} ${remoteIp} ${remotePort}`;
}

/** Makes a transport that only tells its client that the session is lost (patch ice-refusal). */
export function refusalFingerprint({ ufrag, pwd }: IceCredentials): types.DtlsFingerprint {
  return { algorithm: 'sha-1', value: `refuse:${ufrag} ${pwd}` };
}

/** The client's ICE password as a last fingerprint: with it the worker makes Firefox the controlling agent. */
export function icePasswordFingerprint(
  credentials: IceCredentials | undefined,
): readonly types.DtlsFingerprint[] {
  return credentials ? [{ algorithm: 'sha-1', value: `ice-pwd:${credentials.pwd}` }] : [];
}
