import fc from 'fast-check';
import { sourceName, ssrc } from '../../src/model/ids.ts';
import type { MediaDescription, PayloadType } from '../../src/model/media-description.ts';
import { videoTypes, type Source } from '../../src/model/source.ts';
import type { Candidate, Fingerprint } from '../../src/model/transport.ts';
import type { IceTransport } from '../../src/protocol/jingle/ice-transport.ts';

/** Characters that XML or JSON must escape, and some beyond the first plane. */
const characters = Array.from(`abzAZ09-_.:/;=<>&"'\\éß漢😀 `);

export const anyText = fc.string({ unit: fc.constantFrom(...characters), maxLength: 30 });

/** No blanks at the ends, and not empty. */
export const word = anyText.map((text) => text.trim()).filter((text) => text !== '');

const kind = fc.constantFrom('audio' as const, 'video' as const);

/** Optional fields are absent, never undefined: the values' one spelling. */
export function record<T, Required extends keyof T>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
  requiredKeys: readonly Required[],
) {
  return fc.record(model, { requiredKeys: [...requiredKeys], noNullPrototype: true });
}

const payloadType: fc.Arbitrary<PayloadType> = fc.record(
  {
    id: fc.integer({ min: 0, max: 127 }),
    name: word,
    clockRateHz: fc.integer({ min: 1, max: 192_000 }),
    channels: fc.integer({ min: 1, max: 8 }),
    // `null` is how JSON writes the nameless one, and `__proto__` is dropped there (hostile.test.ts).
    parameters: fc.dictionary(
      anyText.filter((key) => key !== 'null'),
      anyText,
      { maxKeys: 4, noNullPrototype: true },
    ),
    feedback: fc.array(record({ type: word, subtype: word }, ['type']), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);

export const media: fc.Arbitrary<MediaDescription> = fc.record(
  {
    kind,
    payloadTypes: fc.array(payloadType, { maxLength: 4 }),
    headerExtensions: fc.array(
      fc.record({ id: fc.integer({ min: 1, max: 255 }), uri: word }, { noNullPrototype: true }),
      { maxLength: 3 },
    ),
    extmapAllowMixed: fc.boolean(),
  },
  { noNullPrototype: true },
);

const ssrcs = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { maxLength: 8 });

/** Up to four encodings with distinct SSRCs, the first ones with a retransmission partner. */
const encodings = fc.tuple(ssrcs, fc.nat(4)).map(([all, pairs]) => {
  const count = Math.min(Math.max(all.length - pairs, Math.ceil(all.length / 2)), 4);
  return all.slice(0, count).map((primary, index) => {
    const rtx = all[count + index];
    return rtx === undefined ? { ssrc: ssrc(primary) } : { ssrc: ssrc(primary), rtx: ssrc(rtx) };
  });
});

export const source: fc.Arbitrary<Source> = fc
  .record(
    {
      name: word.map(sourceName),
      kind,
      encodings,
      videoType: fc.constantFrom(...videoTypes),
      synthetic: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  // A type has nowhere to stand but on an SSRC.
  .map((value) => (value.encodings.length === 0 ? { ...value, videoType: 'camera' } : value));

const port = fc.integer({ min: 0, max: 65_535 });

const candidate: fc.Arbitrary<Candidate> = record(
  {
    foundation: anyText,
    component: fc.integer({ min: 1, max: 256 }),
    protocol: fc.constantFrom('udp' as const, 'tcp' as const),
    priority: fc.integer({ min: 0, max: 0xffff_ffff }),
    ip: fc.oneof(fc.ipV4(), fc.ipV6()),
    port,
    type: fc.constantFrom('host' as const, 'srflx' as const, 'prflx' as const, 'relay' as const),
    relatedAddress: word,
    relatedPort: port,
    tcpType: fc.constantFrom('active' as const, 'passive' as const, 'so' as const),
  },
  ['foundation', 'component', 'protocol', 'priority', 'ip', 'port', 'type'],
);

const hexPair = fc.integer({ min: 0, max: 255 }).map((byte) => {
  return byte.toString(16).padStart(2, '0').toUpperCase();
});

const fingerprint: fc.Arbitrary<Fingerprint> = fc.record(
  {
    hash: fc.constantFrom('sha-1', 'sha-256', 'sha-512'),
    value: fc.array(hexPair, { minLength: 1, maxLength: 64 }).map((pairs) => pairs.join(':')),
    setup: fc.constantFrom('actpass' as const, 'active' as const, 'passive' as const),
  },
  { noNullPrototype: true },
);

const credential = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '9', '+', '/'),
  minLength: 1,
  maxLength: 256,
});

export const iceTransport: fc.Arbitrary<IceTransport> = record(
  {
    credentials: fc.record({ ufrag: credential, pwd: credential }, { noNullPrototype: true }),
    candidates: fc.array(candidate, { maxLength: 4 }),
    fingerprints: fc.array(fingerprint, { maxLength: 2 }),
    iceGeneration: fc.integer({ min: 1, max: 0xffff_ffff }),
    webSocketUrls: fc.array(
      fc.webUrl().map((url) => url.replace(/^http/, 'ws')),
      { maxLength: 2 },
    ),
  },
  ['candidates', 'fingerprints', 'webSocketUrls'],
);
