import { describe, expect, it } from 'vitest';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import { buildRemoteOffer, type OfferedLine } from '../../../demo/page/sdp/remote-offer.ts';

const transport = {
  ufrag: '5tju81k7umtjqq',
  pwd: '762k7mr3ie3c0rqt0108gj8a48',
  fingerprints: [{ hash: 'sha-256', value: 'AA:BB', setup: 'actpass' as const }],
  candidates: [
    {
      foundation: '1',
      component: 1,
      protocol: 'udp' as const,
      priority: 2130706431,
      ip: '192.0.2.2',
      port: 10000,
      type: 'host' as const,
    },
    {
      foundation: '2',
      component: 1,
      protocol: 'tcp' as const,
      priority: 1518280447,
      ip: '192.0.2.2',
      port: 4443,
      type: 'host' as const,
      tcpType: 'passive' as const,
    },
  ],
};
const lines: readonly OfferedLine[] = [
  {
    kind: 'audio',
    direction: 'sendrecv',
    stream: { ssrc: 11, msid: 'mixedmslabel mixedlabelaudio0' },
  },
  {
    kind: 'video',
    direction: 'sendrecv',
    stream: { ssrc: 12, msid: 'mixedmslabel mixedlabelvideo0' },
  },
  { kind: 'application' },
  {
    kind: 'video',
    direction: 'sendonly',
    stream: { ssrc: 384742550, rtx: 1462791795, msid: 'remote-video-1 remote-video-1' },
  },
];

function offer(options: Partial<Parameters<typeof buildRemoteOffer>[0]> = {}): string[] {
  return buildRemoteOffer({ transport, media: offeredMedia, lines, version: 3, ...options }).split(
    '\r\n',
  );
}

const sectionsOf = (sdp: string[]): string[] =>
  sdp
    .join('\n')
    .split(/^(?=m=)/m)
    .slice(1);

describe('the remote offer', () => {
  it('says for video what a lib-jitsi-meet client was given through Jicofo', () => {
    const [, video] = sectionsOf(offer());
    // The recorded description of an unchanged client, August 2026 software.
    expect(video?.split('\n')).toEqual(
      expect.arrayContaining([
        'm=video 9 UDP/TLS/RTP/SAVPF 41 100 107 101 42 96 97 99',
        'a=rtpmap:41 AV1/90000',
        'a=fmtp:107 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1;',
        'a=fmtp:96 apt=100',
        'a=rtcp-fb:100 ccm fir',
        'a=rtcp-fb:100 nack',
        'a=rtcp-fb:100 nack pli',
        'a=rtcp-fb:100 transport-cc',
        'a=rtcp-fb:97 nack pli',
        'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:mid',
        'a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
        'a=mid:1',
        'a=sendrecv',
        'a=setup:actpass',
        'a=ssrc:12 msid:mixedmslabel mixedlabelvideo0',
        'a=rtcp-mux',
        'a=extmap-allow-mixed',
      ]),
    );
    expect(video).not.toContain('a=rtcp-fb:99');
  });

  it('bundles all lines, whose places are their mids, and never says ice-lite', () => {
    const sdp = offer();
    expect(sdp).toContain('a=group:BUNDLE 0 1 2 3');
    expect(sectionsOf(sdp).map((section) => /a=mid:(\d+)/.exec(section)?.[1])).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
    expect(sdp.join('\n')).not.toContain('ice-lite');
  });

  it('gives a remote stream its SSRC, its RTX partner and the group of both', () => {
    const stream = sectionsOf(offer())[3]?.split('\n');
    expect(stream).toEqual(
      expect.arrayContaining([
        'a=sendonly',
        'a=ssrc:384742550 msid:remote-video-1 remote-video-1',
        'a=ssrc:1462791795 msid:remote-video-1 remote-video-1',
        'a=ssrc-group:FID 384742550 1462791795',
      ]),
    );
  });

  it('writes TCP candidates with their type', () => {
    expect(offer()).toContain(
      'a=candidate:2 1 tcp 1518280447 192.0.2.2 4443 typ host tcptype passive generation 0',
    );
  });

  it('puts the preferred codec first and leaves out MID where asked', () => {
    const sdp = offer({ preferredCodec: 'vp9', withoutMid: true });
    expect(sdp).toContain('m=video 9 UDP/TLS/RTP/SAVPF 101 41 100 107 42 96 97 99');
    expect(sdp.join('\n')).not.toContain('sdes:mid');
  });
});
