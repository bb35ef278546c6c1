import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { XmlElement } from '../../src/base/xml-element.ts';
import { decodeBridgeMessage } from '../../src/protocol/channel/bridge-message.ts';
import { decodeClientMessage } from '../../src/protocol/channel/client-message.ts';
import { decodeConferenceModifiedJson } from '../../src/protocol/colibri2/conference-modified-json.ts';
import { decodeConferenceModified } from '../../src/protocol/colibri2/conference-modified-xml.ts';
import {
  decodeConferenceModifyJson,
  encodeConferenceModifyJson,
} from '../../src/protocol/colibri2/conference-modify-json.ts';
import {
  decodeConferenceModify,
  encodeConferenceModify,
} from '../../src/protocol/colibri2/conference-modify-xml.ts';
import { decodeStanzaError } from '../../src/protocol/colibri2/stanza-error.ts';
import { conferenceModify } from './arbitrary-colibri2.ts';

/** Values a JSON or XML reader trips over. */
const nasty = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '',
  '1e400',
  '0x10',
  '-1',
  ' 5 ',
  '99999999999999999999',
  '\ud800',
  '__proto__',
  'x'.repeat(5_000),
  [],
  [[]],
  {},
  JSON.parse('{"__proto__":{"polluted":true}}'),
  { constructor: { prototype: { polluted: true } } },
);

// Hundreds of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const isResult = (value: unknown) => {
  expect(value).toHaveProperty('ok', expect.any(Boolean));
};

/** Replaces the member at one of the value's paths. */
function tamper(value: unknown, choices: readonly number[], replacement: unknown): unknown {
  const [choice = 0, ...rest] = choices;
  if (typeof value !== 'object' || value === null || choices.length === 0) return replacement;
  const keys = Object.keys(value);
  const key = keys[choice % Math.max(keys.length, 1)];
  if (key === undefined) return replacement;
  const member = tamper(Reflect.get(value, key), rest, replacement);
  if (!Array.isArray(value)) return { ...value, [key]: member };
  return value.map((item: unknown, index) => (String(index) === key ? member : item));
}

const path = fc.array(fc.nat(20), { minLength: 1, maxLength: 8 });

describe('JSON requests', () => {
  test('of any shape are read or refused', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (body) => {
        isResult(decodeConferenceModifyJson(body));
        isResult(decodeConferenceModifiedJson(body));
      }),
    );
  });

  test('with one member replaced are read or refused', () => {
    fc.assert(
      fc.property(conferenceModify, path, nasty, (request, choices, value) => {
        const body = tamper(encodeConferenceModifyJson(request), choices, value);
        const decoded = decodeConferenceModifyJson(body);
        isResult(decoded);
        if (!decoded.ok) expect(decoded.error.message).toMatch(/^conference-modify/);
      }),
      { numRuns: 300 },
    );
  });
});

const names = [
  'conference-modify',
  'conference-modified',
  'endpoint',
  'media',
  'payload-type',
  'parameter',
  'rtcp-fb',
  'rtp-hdrext',
  'transport',
  'candidate',
  'fingerprint',
  'sctp',
  'sources',
  'media-source',
  'source',
  'ssrc-group',
  'capability',
  'initial-last-n',
  'force-mute',
  'connects',
  'x:endpoint',
  ':',
  '',
];

const namespaces = [
  'jitsi:colibri2',
  'urn:xmpp:jingle:apps:rtp:1',
  'urn:xmpp:jingle:apps:rtp:ssma:0',
  'urn:xmpp:jingle:transports:ice-udp:1',
  '',
];

const attributeNames = ['id', 'meeting-id', 'type', 'name', 'ssrc', 'create', 'value', 'port'];

const anyElement = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.record({
    name: fc.constantFrom(...names),
    attrs: fc
      .tuple(
        fc.constantFrom(...namespaces),
        fc.dictionary(fc.constantFrom(...attributeNames, '__proto__', 'constructor'), nasty),
      )
      // Attribute values are strings in every XMPP library; a reader must not rely on it.
      .map(([xmlns, attrs]) => ({ xmlns, ...attrs })),
    children: fc.array(fc.oneof({ maxDepth: 5 }, fc.string(), tie('element')), { maxLength: 5 }),
  }),
})).element;

describe('XML requests', () => {
  test('of any shape are read or refused', () => {
    fc.assert(
      fc.property(anyElement, (element) => {
        isResult(decodeConferenceModify(element));
        isResult(decodeConferenceModified(element));
        isResult(decodeStanzaError(element));
      }),
      { numRuns: 300 },
    );
  });

  test('with one attribute replaced are read or refused with its place', () => {
    const replacement = nasty.map((value) => String(value));
    fc.assert(
      fc.property(conferenceModify, path, replacement, (request, choices, value) => {
        const decoded = decodeConferenceModify(
          tamperElement(encodeConferenceModify(request), choices, value),
        );
        isResult(decoded);
        if (!decoded.ok) expect(decoded.error.message).toMatch(/^conference-modify(\/|@)/);
      }),
      { numRuns: 300 },
    );
  });

  test('nested without end are read', () => {
    let element: XmlElement = { name: 'endpoint', attrs: {}, children: [] };
    for (let depth = 0; depth < 100_000; depth += 1) {
      element = { name: 'endpoint', attrs: { id: 'a' }, children: [element] };
    }
    const attrs = { xmlns: 'jitsi:colibri2', 'meeting-id': 'm' };
    isResult(decodeConferenceModify({ name: 'conference-modify', attrs, children: [element] }));
  });
});

function tamperElement(element: XmlElement, choices: readonly number[], value: string): XmlElement {
  const [choice = 0, ...rest] = choices;
  const children = element.children.filter((child) => typeof child !== 'string');
  const child = rest.length > 0 ? children[choice % Math.max(children.length, 1)] : undefined;
  if (child) {
    const tampered = tamperElement(child, rest, value);
    return {
      ...element,
      children: element.children.map((each) => (each === child ? tampered : each)),
    };
  }
  const keys = Object.keys(element.attrs).filter((key) => key !== 'xmlns');
  const key = keys[choice % Math.max(keys.length, 1)];
  return key === undefined ? element : { ...element, attrs: { ...element.attrs, [key]: value } };
}

describe('bridge-channel messages', () => {
  const text =
    '{"colibriClass":"ReceiverVideoConstraints","lastN":2,"constraints":{"a":{"maxHeight":1}}}';

  test('of any text are read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (message) => {
        isResult(decodeClientMessage(message));
        isResult(decodeBridgeMessage(message));
      }),
    );
  });

  test('cut off anywhere are refused', () => {
    for (let length = 0; length < text.length; length += 1) {
      expect(decodeClientMessage(text.slice(0, length))).toMatchObject({ ok: false });
    }
    expect(decodeClientMessage(text)).toMatchObject({ ok: true });
  });

  test.each([
    ['lastN', 'NaN'],
    ['lastN', '1e400'],
    ['lastN', '"0x5"'],
    ['lastN', '99999999999'],
    ['lastN', '[5]'],
    ['selectedSources', '"a"'],
    ['selectedSources', '[1]'],
    ['defaultConstraints', '{"maxHeight":-2}'],
    ['defaultConstraints', '{"maxHeight":1e400}'],
    ['defaultConstraints', '{"maxHeight":true}'],
    ['constraints', '[]'],
    ['constraints', '{"a":180}'],
    ['constraints', '{"a":{"maxHeight":"high"}}'],
    ['assumedBandwidthBps', 'true'],
  ])('%s = %s is refused', (field, value) => {
    const message = `{"colibriClass":"ReceiverVideoConstraints","${field}":${value}}`;
    expect(decodeClientMessage(message)).toMatchObject({ ok: false });
  });

  test('a prototype key names no source', () => {
    const decoded = decodeClientMessage(
      '{"colibriClass":"ReceiverVideoConstraints","constraints":{"__proto__":{"maxHeight":1},"a":{"maxHeight":2}}}',
    );
    expect(decoded).toMatchObject({ ok: true });
    if (!decoded.ok || decoded.value.colibriClass !== 'ReceiverVideoConstraints') return;
    expect([...(decoded.value.constraints ?? [])]).toEqual([['a', { maxHeight: 2 }]]);
  });

  test('nested or long beyond reason are refused before they are parsed', () => {
    const deep = `{"colibriClass":"EndpointStats","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(decodeClientMessage(deep)).toEqual({ ok: false, error: 'nested deeper than 32' });
    const long = `{"colibriClass":"EndpointStats","x":"${'a'.repeat(262_144)}"}`;
    expect(decodeClientMessage(long)).toEqual({ ok: false, error: 'longer than 262144' });
    const brackets = `{"colibriClass":"EndpointStats","x":"${'['.repeat(1_000)}"}`;
    expect(decodeClientMessage(brackets)).toMatchObject({ ok: true });
    const names = JSON.stringify({
      colibriClass: 'ReceiverVideoConstraints',
      selectedSources: Array.from({ length: 2_001 }, String),
    });
    expect(decodeClientMessage(names)).toMatchObject({ ok: false });
  });
});
