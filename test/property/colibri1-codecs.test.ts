import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ok } from '../../src/base/result.ts';
import {
  decodeConferenceJson,
  encodeConferenceJson,
} from '../../src/protocol/colibri1/conference-json.ts';
import { decodeConference, encodeConference } from '../../src/protocol/colibri1/conference-xml.ts';
import { parseXml, writeXml } from '../support/xml-text.ts';
import { conference, jsonConference } from './arbitrary-colibri1.ts';

// Hundreds of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

test('a conference survives XML', () => {
  fc.assert(
    fc.property(conference, (value) => {
      expect(decodeConference(encodeConference(value))).toStrictEqual(ok(value));
    }),
  );
});

test('a conference survives XML as text, escaping included', () => {
  fc.assert(
    fc.property(conference, (value) => {
      const text = writeXml(encodeConference(value));
      expect(decodeConference(parseXml(text))).toStrictEqual(ok(value));
    }),
  );
});

test('a conference survives JSON', () => {
  fc.assert(
    fc.property(jsonConference, (value) => {
      const json: unknown = JSON.parse(JSON.stringify(encodeConferenceJson(value)));
      expect(decodeConferenceJson(json)).toStrictEqual(ok(value));
    }),
  );
});

test('no text makes a reader throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(decodeConferenceJson(value)).toHaveProperty('ok');
    }),
  );
});
