import { describe, expect, it } from 'vitest';
import {
  answeredEncodings,
  answeredTransport,
  withSimulcast,
} from '../../../demo/page/sdp/local-answer.ts';

const audio = `m=audio 9 UDP/TLS/RTP/SAVPF 111
a=setup:active
a=mid:0
a=sendrecv
a=ice-ufrag:pBJF
a=ice-pwd:BGzhVymCF6NsvLZO9cKkxZsS
a=fingerprint:SHA-256 08:1c:8A
a=ssrc:4285024670 cname:NLeCi5Xzh5rwP8zW
a=ssrc:4285024670 msid:- ad3fbffb
a=rtcp-mux
`;
const video = `m=video 9 UDP/TLS/RTP/SAVPF 100 96
a=mid:1
a=sendrecv
a=ssrc-group:FID 1925302529 744446555
a=ssrc:1925302529 cname:NLeCi5Xzh5rwP8zW
a=ssrc:1925302529 msid:- 17e97f7e
a=ssrc:744446555 cname:NLeCi5Xzh5rwP8zW
a=ssrc:744446555 msid:- 17e97f7e
a=rtcp-mux
`;
const receiving = `m=video 9 UDP/TLS/RTP/SAVPF 100 96
a=mid:3
a=recvonly
`;
const answer = `v=0\ns=-\n${audio}${video}${receiving}`.replaceAll('\n', '\r\n');

let next = 1000;
const ssrcs = (): number => (next += 1);

describe("the browser's answer", () => {
  it('tells the transport as it is signalled', () => {
    expect(answeredTransport(answer)).toEqual({
      ufrag: 'pBJF',
      pwd: 'BGzhVymCF6NsvLZO9cKkxZsS',
      fingerprints: [{ hash: 'sha-256', value: '08:1C:8A', setup: 'active' }],
    });
  });

  it('tells what is sent on each m-line', () => {
    expect(answeredEncodings(answer, '0')).toEqual([{ ssrc: 4285024670, rtx: undefined }]);
    expect(answeredEncodings(answer, '1')).toEqual([{ ssrc: 1925302529, rtx: 744446555 }]);
    expect(answeredEncodings(answer, '3')).toEqual([]);
    expect(answeredEncodings(answer, '9')).toEqual([]);
  });

  it('becomes simulcast: three pairs in ascending quality, the first as the browser chose it', () => {
    next = 1000;
    const simulcast = withSimulcast(answer, '1', ssrcs);
    expect(answeredEncodings(simulcast, '1')).toEqual([
      { ssrc: 1925302529, rtx: 744446555 },
      { ssrc: 1001, rtx: 1002 },
      { ssrc: 1003, rtx: 1004 },
    ]);
    expect(simulcast).toContain('a=ssrc:1004 msid:- 17e97f7e\r\n');
    expect(simulcast).toContain('a=ssrc:1003 cname:NLeCi5Xzh5rwP8zW\r\n');
    expect(simulcast.split(/\r\n(?=m=)/)).toHaveLength(4);
    expect(answeredEncodings(simulcast, '0')).toEqual(answeredEncodings(answer, '0'));
  });

  it('stays as it is once it has simulcast, and where nothing is sent', () => {
    const simulcast = withSimulcast(answer, '1', ssrcs);
    expect(withSimulcast(simulcast, '1', ssrcs)).toBe(simulcast);
    expect(withSimulcast(answer, '3', ssrcs)).toBe(answer);
    expect(withSimulcast(answer, '0', ssrcs)).toBe(answer);
  });
});
