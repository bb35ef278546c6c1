import { describe, expect, test } from 'vitest';
import type { XmlElement } from '../../../../src/base/xml-element.ts';
import { decodeConferenceModify } from '../../../../src/protocol/colibri2/conference-modify-xml.ts';
import { element } from '../../../../src/protocol/xml/element.ts';

const request = (children: XmlElement[], attrs: Record<string, string> = {}) =>
  decodeConferenceModify(
    element(
      'conference-modify',
      { xmlns: 'jitsi:colibri2', 'meeting-id': 'm', ...attrs },
      children,
    ),
  );

const endpoint = (children: XmlElement[] = []) => element('endpoint', { id: 'e' }, children);

const times = (count: number, each: XmlElement) => Array.from({ length: count }, () => each);

const problem = (result: ReturnType<typeof request>) => (result.ok ? '' : result.error.message);

const ssma = 'urn:xmpp:jingle:apps:rtp:ssma:0';
const rtp = 'urn:xmpp:jingle:apps:rtp:1';

describe('a request', () => {
  test('has its defaults', () => {
    expect(request([])).toEqual({
      ok: true,
      value: {
        meetingId: 'm',
        create: false,
        expire: false,
        rtcstatsEnabled: true,
        endpoints: [],
        relays: [],
      },
    });
  });

  test('may hold what nobody knows', () => {
    const unknown = element('traceparent', { xmlns: 'jitsi:opentelemetry', trace_id: '0' });
    expect(request([unknown, endpoint([element('new-thing')])], { unheard: 'of' }).ok).toBe(true);
  });

  test('ignores an endpoint of another namespace', () => {
    const foreign = element('endpoint', { xmlns: 'urn:other' });
    expect(request([foreign])).toMatchObject({ value: { endpoints: [] } });
  });

  test('tells an empty <sources> from none, and an empty <connects>', () => {
    expect(request([endpoint([element('sources')])])).toMatchObject({
      value: { endpoints: [{ sources: [] }] },
    });
    expect(request([endpoint()])).not.toHaveProperty('value.endpoints.0.sources');
    expect(request([element('connects')])).toMatchObject({ value: { connects: [] } });
    expect(request([])).not.toHaveProperty('value.connects');
  });

  test('un-mutes with an empty <force-mute>', () => {
    expect(request([endpoint([element('force-mute')])])).toMatchObject({
      value: { endpoints: [{ forceMute: { audio: false, video: false } }] },
    });
  });

  test('keeps the beginning of an endless stats-id', () => {
    const result = request([element('endpoint', { id: 'e', 'stats-id': 'x'.repeat(300) })]);
    expect(result).toMatchObject({ value: { endpoints: [{ statsId: 'x'.repeat(256) }] } });
  });
});

describe('a source a client made up', () => {
  const names = (...sources: XmlElement[]) => {
    const result = request([endpoint([element('sources', {}, sources)])]);
    if (!result.ok) throw result.error;
    return result.value.endpoints[0]?.sources?.map(({ name }) => name);
  };
  const good = element('media-source', { type: 'audio', id: 'good' });

  test.each<[string, Record<string, string>]>([
    ['a blank name', { type: 'audio', id: ' ' }],
    ['an endless name', { type: 'audio', id: 'x'.repeat(201) }],
    ['a name beyond every limit', { type: 'audio', id: 'x'.repeat(10_000) }],
    ['a kind that is no media', { type: 'data', id: 'd' }],
  ])('with %s is left out, and costs the others nothing', (_what, attrs) => {
    expect(names(element('media-source', attrs), good)).toEqual(['good']);
  });
});

describe('what a client made is read up to a limit:', () => {
  const source = (ssrc: number) => element('source', { xmlns: ssma, ssrc });
  const group = (members: readonly XmlElement[]) =>
    element('ssrc-group', { xmlns: ssma, semantics: 'SIM' }, members);
  const media = (children: readonly XmlElement[]) =>
    element('media-source', { type: 'video', id: 's' }, children);

  test.each<[string, readonly XmlElement[], number]>([
    // Jicofo lets all of these pass (ValidatingConferenceSourceMap.kt).
    ['a group that repeats its member', [media([source(1), group(times(21, source(1)))])], 1],
    ['SSRCs', [media(Array.from({ length: 21 }, (_, at) => source(at + 1)))], 1],
    ['groups', [media([source(1), ...times(21, group([source(1)]))])], 1],
    ['sources', times(101, media([source(1)])), 100],
  ])('%s', (_what, children, taken) => {
    const decoded = request([endpoint([element('sources', {}, children)])]);
    expect(decoded.ok && decoded.value.endpoints[0]?.sources).toHaveLength(taken);
  });
});

describe('a request is refused, with the place of what is wrong,', () => {
  const media = (attrs: Record<string, string>, children: XmlElement[] = []) =>
    endpoint([element('media', attrs, children)]);
  const sources = (children: XmlElement[]) =>
    endpoint([
      element('sources', {}, [element('media-source', { type: 'video', id: 's' }, children)]),
    ]);

  test.each<[string, XmlElement, string]>([
    ['without an id', element('endpoint'), 'endpoint[1]@id: is missing'],
    ['without a media type', media({}), 'endpoint[1]/media[1]@type: is missing'],
    ['with a third kind of media', media({ type: 'text' }), 'media[1]@type: must be one of audio'],
    [
      'with a payload type beyond 127',
      media({ type: 'audio' }, [element('payload-type', { xmlns: rtp, id: '128' })]),
      'media[1]/payload-type[1]@id: must be a whole number from 0 to 127',
    ],
    [
      'with a header extension that has no number',
      media({ type: 'audio' }, [
        element('rtp-hdrext', {
          xmlns: 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0',
          id: 'x',
          uri: 'u',
        }),
      ]),
      'rtp-hdrext[1]@id: must be a whole number from 1 to 255',
    ],
    [
      'with an SSRC beyond 32 bits',
      sources([element('source', { xmlns: ssma, ssrc: '4294967296' })]),
      'media-source[1]/source[1]@ssrc: must be a whole number from 1',
    ],
    [
      'with a video type nobody knows',
      sources([element('source', { xmlns: ssma, ssrc: '1', videoType: 'hologram' })]),
      'source[1]@videoType: must be one of camera, desktop',
    ],
    ['without a last-n', endpoint([element('initial-last-n')]), 'initial-last-n@value: is missing'],
    [
      'with an SCTP role nobody knows',
      endpoint([element('transport', {}, [element('sctp', { role: 'peer' })])]),
      'transport/sctp@role: must be one of client, server',
    ],
  ])('%s', (_what, child, message) => {
    expect(problem(request([child]))).toContain(message);
  });

  test('without a meeting-id, or as something else', () => {
    const bare = decodeConferenceModify(element('conference-modify', { xmlns: 'jitsi:colibri2' }));
    expect(problem(bare)).toBe('conference-modify@meeting-id: is missing');
    const other = decodeConferenceModify(element('conference-modify', { xmlns: 'urn:other' }));
    expect(problem(other)).toBe('conference-modify: is no jitsi:colibri2 request');
  });

  test('with more endpoints than a conference has', () => {
    const many = Array.from({ length: 1_001 }, () => endpoint());
    expect(problem(request(many))).toBe('conference-modify: has more than 1000 <endpoint>');
  });
});
