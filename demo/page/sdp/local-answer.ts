// What the browser's own description says, read for signalling, and the one change made to it: simulcast.
import type { SignalledSource } from '../../signal-messages.ts';

type Encodings = SignalledSource['encodings'];

/** The browser's ICE credentials and certificate fingerprint; it answers with setup active (RFC 8842). */
export type AnsweredTransport = {
  readonly ufrag: string;
  readonly pwd: string;
  readonly fingerprints: readonly {
    readonly hash: string;
    readonly value: string;
    readonly setup: 'active';
  }[];
};

/** Reads the transport of a bundled answer: all its m-lines say the same. */
export function answeredTransport(sdp: string): AnsweredTransport {
  const [hash = '', value = ''] = attribute(sdp, 'fingerprint').split(' ');
  return {
    ufrag: attribute(sdp, 'ice-ufrag'),
    pwd: attribute(sdp, 'ice-pwd'),
    fingerprints: [{ hash: hash.toLowerCase(), value: value.toUpperCase(), setup: 'active' }],
  };
}

/** The SSRCs the browser sends on the m-line with this mid, in ascending quality; empty if it sends nothing. */
export function answeredEncodings(sdp: string, mid: string): Encodings {
  const section = sectionOf(sdp, mid);
  const pairs = new Map(groups(section, 'FID').map(([ssrc, rtx]) => [ssrc, rtx]));
  const secondaries = new Set(pairs.values());
  const all = [...section.matchAll(/^a=ssrc:(\d+) /gm)].map(([, ssrc]) => Number(ssrc));
  const [simulcast] = groups(section, 'SIM');
  const primaries = simulcast ?? [...new Set(all)].filter((ssrc) => !secondaries.has(ssrc));
  return primaries.map((ssrc) => ({ ssrc, rtx: pairs.get(ssrc) }));
}

/**
 * Makes a single stream of the answer three, lowest quality first, each with RTX: Chromium then encodes
 * simulcast on exactly these SSRCs, without RIDs (lib-jitsi-meet's way). An answer that has a SIM group, or
 * that sends nothing there, is returned as it is.
 */
export function withSimulcast(sdp: string, mid: string, randomSsrc: () => number): string {
  const section = sectionOf(sdp, mid);
  const [first] = answeredEncodings(sdp, mid);
  if (first?.rtx === undefined || groups(section, 'SIM').length > 0) return sdp;
  const pairs = [[first.ssrc, first.rtx], ...[1, 2].map(() => [randomSsrc(), randomSsrc()])];
  const common = [...section.matchAll(new RegExp(`^a=ssrc:${first.ssrc} (.*)$`, 'gm'))].map(
    ([, text]) => (text ?? '').trimEnd(),
  );
  const lines = [
    ...pairs.flat().flatMap((ssrc) => common.map((text) => `a=ssrc:${ssrc} ${text}`)),
    ...pairs.map((pair) => `a=ssrc-group:FID ${pair.join(' ')}`),
    `a=ssrc-group:SIM ${pairs.map(([ssrc]) => ssrc).join(' ')}`,
  ];
  const rest = section
    .split('\r\n')
    .filter((line) => line !== '' && !/^a=ssrc(-group)?:/.test(line));
  return sdp.replace(section, () => [...rest, ...lines, ''].join('\r\n'));
}

function groups(section: string, semantics: string): number[][] {
  const pattern = new RegExp(`^a=ssrc-group:${semantics} ([\\d ]+)`, 'gm');
  return [...section.matchAll(pattern)].map(([, list = '']) => list.trim().split(' ').map(Number));
}

function sectionOf(sdp: string, mid: string): string {
  const sections = sdp.split(/^(?=m=)/m).slice(1);
  return sections.find((section) => attributeOf(section, 'mid') === mid) ?? '';
}

function attribute(sdp: string, name: string): string {
  const value = attributeOf(sdp, name);
  if (value === undefined) throw new Error(`the browser's description lacks a=${name}`);
  return value;
}

function attributeOf(sdp: string, name: string): string | undefined {
  return new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1];
}
