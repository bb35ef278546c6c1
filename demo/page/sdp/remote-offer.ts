// The browser's remote description, built here from what was signalled: nothing in Jitsi carries SDP. One
// bundled transport; the first audio and video lines carry the bridge's feedback sources and what the page
// itself sends, every stream of somebody else gets a line of its own (colibri2.md §6.6, bridge-channel.md §3.4).
import type {
  MediaDescription,
  MediaKind,
  PayloadType,
} from '../../../src/model/media-description.ts';
import type { Candidate } from '../../../src/model/transport.ts';
import type { BridgeTransport } from '../../signal-messages.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One stream of the bridge: an SSRC, its RTX partner, and the stream and track id it is offered under. */
export type OfferedStream = {
  readonly ssrc: number;
  readonly rtx?: number | undefined;
  readonly msid: string;
};

/** One m-line; its place in the list is its mid. Directions are the bridge's. */
export type OfferedLine =
  | { readonly kind: 'application' }
  | {
      readonly kind: MediaKind;
      readonly direction: Direction;
      readonly stream?: OfferedStream | undefined;
    };

export type OfferOptions = {
  readonly transport: BridgeTransport;
  readonly media: readonly MediaDescription[];
  readonly lines: readonly OfferedLine[];
  /** Grows with every offer of one session. */
  readonly version: number;
  /** The video codec to send, by name: offered first. */
  readonly preferredCodec?: string | undefined;
  /** Leaves out the MID header extension: lib-jitsi-meet does so for Firefox. */
  readonly withoutMid?: boolean;
};

/** Builds the SDP offer (RFC 8866, RFC 9143) that stands for the bridge. */
export function buildRemoteOffer(options: OfferOptions): string {
  const mids = options.lines.map((_, index) => index).join(' ');
  const session = [
    'v=0',
    `o=- 1 ${options.version} IN IP4 0.0.0.0`,
    's=-',
    't=0 0',
    'a=msid-semantic: WMS *',
    `a=group:BUNDLE ${mids}`,
  ];
  const lines = options.lines.flatMap((line, index) => mediaSection(line, index, options));
  return [...session, ...lines, ''].join('\r\n');
}

function mediaSection(line: OfferedLine, index: number, options: OfferOptions): string[] {
  const transport = transportLines(options.transport, index);
  if (line.kind === 'application') {
    return [
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      ...transport,
      'a=sctp-port:5000',
      'a=max-message-size:262144',
    ];
  }
  const media = options.media.find(({ kind }) => kind === line.kind);
  if (!media) throw new Error(`the focus offered no ${line.kind}`);
  const types = inOrderOfPreference(media.payloadTypes, options.preferredCodec);
  const extensions = media.headerExtensions.filter(
    ({ uri }) => !options.withoutMid || uri !== 'urn:ietf:params:rtp-hdrext:sdes:mid',
  );
  return [
    `m=${line.kind} 9 UDP/TLS/RTP/SAVPF ${types.map(({ id }) => id).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    ...types.flatMap(payloadTypeLines),
    'a=rtcp:1 IN IP4 0.0.0.0',
    ...extensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...transport,
    `a=${line.direction}`,
    ...(line.stream ? streamLines(line.stream) : []),
    'a=rtcp-mux',
    ...(media.extmapAllowMixed ? ['a=extmap-allow-mixed'] : []),
  ];
}

function transportLines(transport: BridgeTransport, mid: number): string[] {
  return [
    `a=mid:${mid}`,
    `a=ice-ufrag:${transport.ufrag}`,
    `a=ice-pwd:${transport.pwd}`,
    ...transport.fingerprints.flatMap(({ hash, value, setup }) => [
      `a=fingerprint:${hash} ${value}`,
      `a=setup:${setup}`,
    ]),
    ...transport.candidates.map((candidate) => `a=candidate:${candidateText(candidate)}`),
  ];
}

/** RFC 8839 §5.1. */
function candidateText(candidate: Candidate): string {
  const { foundation, component, protocol, priority, ip, port, type } = candidate;
  const related =
    candidate.relatedAddress === undefined
      ? ''
      : ` raddr ${candidate.relatedAddress} rport ${candidate.relatedPort ?? 0}`;
  const tcp = protocol === 'tcp' ? ` tcptype ${candidate.tcpType ?? 'passive'}` : '';
  return `${foundation} ${component} ${protocol} ${priority} ${ip} ${port} typ ${type}${related}${tcp} generation 0`;
}

/** The preferred codec first, then the rest as the focus ordered them. */
function inOrderOfPreference(
  types: readonly PayloadType[],
  preferred: string | undefined,
): PayloadType[] {
  const isPreferred = ({ name }: PayloadType): boolean =>
    name.toLowerCase() === preferred?.toLowerCase();
  return [...types.filter(isPreferred), ...types.filter((type) => !isPreferred(type))];
}

function payloadTypeLines({ id, name, ...type }: PayloadType): string[] {
  const channels = type.channels > 1 ? `/${type.channels}` : '';
  const parameters = Object.entries(type.parameters)
    .map(([key, value]) => (key === '' ? value : `${key}=${value}`))
    .join(';');
  return [
    `a=rtpmap:${id} ${name}/${type.clockRateHz}${channels}`,
    ...(parameters === '' ? [] : [`a=fmtp:${id} ${parameters}`]),
    ...type.feedback.map((feedback) =>
      `a=rtcp-fb:${id} ${feedback.type} ${feedback.subtype ?? ''}`.trimEnd(),
    ),
  ];
}

function streamLines({ ssrc, rtx, msid }: OfferedStream): string[] {
  const ssrcs = rtx === undefined ? [ssrc] : [ssrc, rtx];
  return [
    ...ssrcs.flatMap((value) => [`a=ssrc:${value} cname:bridge`, `a=ssrc:${value} msid:${msid}`]),
    ...(rtx === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${rtx}`]),
  ];
}
