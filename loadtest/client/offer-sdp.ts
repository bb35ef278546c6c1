import type { MediaDescription } from '../../src/model/media-description.ts';
import type { Candidate, DtlsSetup, LocalTransport } from '../../src/model/transport.ts';

export type OfferOptions = {
  readonly transport: LocalTransport;
  readonly media: readonly MediaDescription[];
  readonly dataChannel: boolean;
  /** What the bridge claims: `actpass` makes the client active, `active` makes it passive. */
  readonly setup: DtlsSetup;
};

/**
 * The bridge's side as the client's remote description. All media share one m-line, since the client's library hands a single
 * track every packet whatever its SSRC. No ice-lite, as Jitsi clients see none.
 */
export function offerSdp(options: OfferOptions): string {
  const { transport, media, dataChannel, setup } = options;
  const payloadTypes = media.flatMap((description) => description.payloadTypes);
  const shared = [
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${transport.ufrag}`,
    `a=ice-pwd:${transport.pwd}`,
    ...transport.fingerprints.map(({ hash, value }) => `a=fingerprint:${hash} ${value}`),
    `a=setup:${setup}`,
    ...transport.candidates
      .filter(({ protocol }) => protocol === 'udp')
      .map((candidate) => `a=candidate:${candidateLine(candidate)}`),
  ];
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE media${dataChannel ? ' data' : ''}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloadTypes.map(({ id }) => id).join(' ')}`,
    ...shared,
    'a=mid:media',
    'a=sendrecv',
    'a=rtcp-mux',
    ...payloadTypes.map(({ id, name, clockRateHz }) => `a=rtpmap:${id} ${name}/${clockRateHz}`),
    ...(dataChannel
      ? [
          'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
          ...shared,
          'a=mid:data',
          'a=sctp-port:5000',
          'a=max-message-size:262144',
        ]
      : []),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function candidateLine(candidate: Candidate): string {
  const { foundation, component, protocol, priority, ip, port, type } = candidate;
  return `${foundation} ${component} ${protocol} ${priority} ${ip} ${port} typ ${type}`;
}
