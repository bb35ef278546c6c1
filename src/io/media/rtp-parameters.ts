// RTP parameters for the worker, made of what the focus offered: its payload type numbers and header extension ids, unchanged.
import type { types } from 'mediasoup';
import type { LayerIndex } from '../../model/layer.ts';
import {
  headerExtensionUri,
  type HeaderExtension,
  type MediaDescription,
  type MediaKind,
  type PayloadType,
} from '../../model/media-description.ts';
import type { Source, SourceEncoding } from '../../model/source.ts';
import type { ConferenceMediaOptions, ForwardedStream } from '../../conference/ports.ts';
import type { KeyframeLimit } from './media-options.ts';
import {
  feedbackSsrcParameter,
  keyframeParameters,
  layersAllocationParameter,
} from './worker-reports.ts';

type RtpParameters = types.RtpParameters;
type RtpCodec = types.RtpCodecParameters;
type ExtensionUri = types.RtpHeaderExtensionUri;

/** RFC 5761 §4: beside RTCP no sender uses 64 to 95, so no packet ever matches it. */
const PROBE_PAYLOAD_TYPE = 72;
/** More layers may be declared than are sent, not the other way round. */
const TEMPORAL_LAYERS = 3;
const scalabilityModes: Record<StreamForm, string> = {
  simulcast: `L1T${TEMPORAL_LAYERS}`,
  'k-svc': 'L3T3_KEY',
  svc: 'L3T3',
};

/**
 * How the layers of a video source travel: each in a stream of its own; all in the first stream, where a spatial layer needs the one below at
 * key frames only; or always.
 */
export type StreamForm = 'simulcast' | 'k-svc' | 'svc';

/** What senders are read for. Their MID is their own m-line's and means nothing here (colibri2.md §6.7). */
const receivedExtensions: ReadonlySet<string> = new Set([
  headerExtensionUri.audioLevel,
  headerExtensionUri.absSendTime,
  headerExtensionUri.transportCc,
  headerExtensionUri.dependencyDescriptor,
  headerExtensionUri.videoOrientation,
]);

/** RTCP feedback that tells a sender what its link carries. */
const bandwidthFeedback: ReadonlySet<string> = new Set(['transport-cc', 'goog-remb']);

/** The codecs a video source can be rebuilt for; others are not forwarded. */
const videoCodecs = ['vp8', 'vp9', 'h264', 'av1'];

/** The media codec behind a payload type, or undefined: RTX, FEC, unknown numbers. */
export function mediaCodec(media: MediaDescription, payloadType: number): PayloadType | undefined {
  return media.payloadTypes.find(
    ({ id, name }) => id === payloadType && videoCodecs.includes(name.toLowerCase()),
  );
}

/** The form a codec is taken to have until packets say otherwise: what Chromium sends. */
export function usualForm(codec: PayloadType | undefined): StreamForm {
  return ['vp9', 'av1'].includes(codec?.name.toLowerCase() ?? '') ? 'k-svc' : 'simulcast';
}

/** The codec every audio source is taken to use: RED and telephone-event travel beside it. */
export function audioCodec(media: MediaDescription): PayloadType | undefined {
  return media.payloadTypes.find(({ name }) => name.toLowerCase() === 'opus');
}

/** A producer that receives nothing and tells which payload types arrive (patch payload-type-notice). */
export function probeParameters(encodings: readonly SourceEncoding[]): RtpParameters {
  return {
    codecs: [{ mimeType: 'video/VP8', payloadType: PROBE_PAYLOAD_TYPE, clockRate: 90_000 }],
    headerExtensions: [],
    encodings: encodings.map(({ ssrc }) => ({ ssrc })),
    rtcp: {},
  };
}

/** Sender SSRCs of the bridge's own RTCP and padding. */
export type FeedbackSsrcs = ConferenceMediaOptions['feedbackSsrcs'];

/**
 * A producer that receives nothing, made before the first packet: the worker acknowledges packets (transport-cc, REMB)
 * only once some producer has negotiated it, and a browser probes with its very first packets, before its sources are
 * signalled. Without an answer its own estimate stays at 300 kbit/s for ten seconds and more. undefined = nothing negotiated.
 */
export function feedbackParameters(
  descriptions: readonly MediaDescription[],
  feedbackSsrcs: FeedbackSsrcs,
): { readonly kind: MediaKind; readonly rtpParameters: RtpParameters } | undefined {
  for (const media of descriptions) {
    const codec = media.payloadTypes.find(({ feedback }) =>
      feedback.some(({ type }) => bandwidthFeedback.has(type)),
    );
    if (!codec) continue;
    const ssrc = feedbackSsrcs[media.kind]; // the bridge's own, so nobody can send with it
    const silent = { ...toCodec(media, codec), payloadType: PROBE_PAYLOAD_TYPE };
    const rtpParameters = {
      codecs: [withParameters(silent, feedbackSsrcParameter(ssrc))],
      headerExtensions: extensions(media.headerExtensions, receivedExtensions),
      encodings: [{ ssrc }],
      rtcp: {},
    };
    return { kind: media.kind, rtpParameters };
  }
  return undefined;
}

/** A source as its endpoint sends it with `codec`, in `form` if it is video. */
export function producerParameters(
  source: Source,
  media: MediaDescription,
  { codec, form }: { readonly codec: PayloadType; readonly form: StreamForm },
  feedbackSsrcs: FeedbackSsrcs,
): RtpParameters {
  const isVideo = source.kind === 'video';
  const rtx = isVideo ? rtxOf(media, codec) : undefined;
  const encodings = form === 'simulcast' ? source.encodings : source.encodings.slice(0, 1);
  const scalabilityMode = isVideo ? scalabilityModes[form] : undefined;
  const allocation = media.headerExtensions.find(
    ({ uri }) => uri === headerExtensionUri.videoLayersAllocation,
  );
  return {
    codecs: [
      withParameters(toCodec(media, codec), {
        ...feedbackSsrcParameter(feedbackSsrcs[source.kind]),
        ...layersAllocationParameter(allocation?.id),
      }),
      ...(rtx ? [toCodec(media, rtx)] : []),
      ...(source.kind === 'audio' ? companions(media, codec) : []),
    ],
    headerExtensions: extensions(media.headerExtensions, receivedExtensions),
    encodings: encodings.map((encoding) => ({
      ssrc: encoding.ssrc,
      ...(rtx && encoding.rtx !== undefined && { rtx: { ssrc: encoding.rtx } }),
      ...(scalabilityMode !== undefined && { scalabilityMode }),
    })),
    rtcp: {},
  };
}

/** A source between two workers: as its endpoint sends it, but nobody there estimates bandwidth. */
export function pipeParameters(sent: RtpParameters, cname: string | undefined): RtpParameters {
  return {
    ...sent,
    codecs: sent.codecs.map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => !bandwidthFeedback.has(type)),
    })),
    rtcp: { reducedSize: true, ...(cname !== undefined && { cname }) },
  };
}

export type ConsumerOptions = {
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly keyframes: KeyframeLimit;
};

/** A stream as a receiver is sent it; undefined if the receiver was not offered the codec. */
export function consumerParameters(
  stream: ForwardedStream,
  sent: RtpParameters,
  receiver: MediaDescription,
  { feedbackSsrcs, keyframes }: ConsumerOptions,
): RtpParameters | undefined {
  const payloadType = sent.codecs[0]?.payloadType;
  const codec = receiver.payloadTypes.find(({ id }) => id === payloadType);
  if (codec === undefined) return undefined;
  const rtx = stream.rtx === undefined ? undefined : rtxOf(receiver, codec);
  const scalabilityMode = receivedScalability(sent);
  return {
    codecs: [
      withParameters(toCodec(receiver, codec), {
        ...feedbackSsrcParameter(feedbackSsrcs[stream.kind]),
        ...(stream.kind === 'video' && keyframeParameters(keyframes)),
      }),
      ...(rtx ? [toCodec(receiver, rtx)] : []),
      ...(stream.kind === 'audio' ? companions(receiver, codec) : []),
    ],
    headerExtensions: extensions(receiver.headerExtensions, sentExtensions(stream, receiver)),
    encodings: [
      {
        ssrc: stream.ssrc,
        ...(rtx && stream.rtx !== undefined && { rtx: { ssrc: stream.rtx } }),
        ...(scalabilityMode !== undefined && { scalabilityMode }),
      },
    ],
  };
}

/** mediasoup's layers of a producer: `spatial` is the encoding with simulcast, the layer within the stream otherwise. */
export function engineLayers(
  type: types.ProducerType,
  layer: LayerIndex,
): types.ConsumerLayers | undefined {
  if (type === 'simple') return undefined;
  return {
    spatialLayer: type === 'simulcast' ? layer.encoding : layer.spatial,
    temporalLayer: layer.temporal,
  };
}

/** The reverse of `engineLayers`. */
export function modelLayer(type: types.ProducerType, layers: types.ConsumerLayers): LayerIndex {
  const temporal = layers.temporalLayer ?? 0;
  return type === 'simulcast'
    ? { encoding: layers.spatialLayer, spatial: 0, temporal }
    : { encoding: 0, spatial: layers.spatialLayer, temporal };
}

function receivedScalability({ encodings = [] }: RtpParameters): string | undefined {
  const mode = encodings[0]?.scalabilityMode;
  return encodings.length > 1 ? `L${encodings.length}T${TEMPORAL_LAYERS}` : mode;
}

/** JVB's choice (colibri2.md §7.3): nothing but what the receiver can use. */
function sentExtensions(stream: ForwardedStream, receiver: MediaDescription): ReadonlySet<string> {
  const uris = new Set<string>();
  if (stream.kind === 'audio') uris.add(headerExtensionUri.audioLevel);
  else {
    uris.add(headerExtensionUri.videoOrientation).add(headerExtensionUri.dependencyDescriptor);
    const hasTransportCc = receiver.headerExtensions.some(
      ({ uri }) => uri === headerExtensionUri.transportCc,
    );
    uris.add(hasTransportCc ? headerExtensionUri.transportCc : headerExtensionUri.absSendTime);
  }
  if (stream.mid !== undefined) uris.add(headerExtensionUri.mid);
  return uris;
}

function extensions(
  offered: readonly HeaderExtension[],
  wanted: ReadonlySet<string>,
): types.RtpHeaderExtensionParameters[] {
  return offered
    .filter(({ uri }) => wanted.has(uri))
    .map(({ uri, id }) => ({ uri: uri as ExtensionUri, id, parameters: {} }));
}

function rtxOf(media: MediaDescription, codec: PayloadType): PayloadType | undefined {
  return media.payloadTypes.find(
    ({ name, parameters }) =>
      name.toLowerCase() === 'rtx' && Number(parameters['apt']) === codec.id,
  );
}

/**
 * The other audio payload types of an SSRC. The worker forwards only what it holds for a media codec, so RED and
 * telephone-event are presented as the codec they travel beside; it does not look into them.
 */
function companions(media: MediaDescription, codec: PayloadType): RtpCodec[] {
  return media.payloadTypes
    .filter(({ id }) => id !== codec.id)
    .map(({ id }) => ({ ...toCodec(media, codec), payloadType: id }));
}

function withParameters(codec: RtpCodec, parameters: Readonly<Record<string, number>>): RtpCodec {
  return { ...codec, parameters: { ...codec.parameters, ...parameters } };
}

function toCodec(media: MediaDescription, codec: PayloadType): RtpCodec {
  const { apt, ...parameters } = codec.parameters;
  return {
    mimeType: `${media.kind}/${codec.name}`,
    payloadType: codec.id,
    clockRate: codec.clockRateHz,
    ...(media.kind === 'audio' && { channels: codec.channels }),
    parameters: { ...parameters, ...(apt !== undefined && { apt: Number(apt) }) },
    rtcpFeedback: codec.feedback.map(({ type, subtype }) => ({ type, parameter: subtype ?? '' })),
  };
}
