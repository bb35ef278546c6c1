import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ok } from '../../src/base/result.ts';
import {
  decodeConferenceModifiedJson,
  encodeConferenceModifiedJson,
} from '../../src/protocol/colibri2/conference-modified-json.ts';
import {
  decodeConferenceModified,
  encodeConferenceModified,
} from '../../src/protocol/colibri2/conference-modified-xml.ts';
import {
  decodeConferenceModifyJson,
  encodeConferenceModifyJson,
} from '../../src/protocol/colibri2/conference-modify-json.ts';
import {
  decodeConferenceModify,
  encodeConferenceModify,
} from '../../src/protocol/colibri2/conference-modify-xml.ts';
import { errorReasons } from '../../src/protocol/colibri2/error-element.ts';
import { decodeStanzaError, encodeStanzaError } from '../../src/protocol/colibri2/stanza-error.ts';
import { parseXml, writeXml } from '../support/xml-text.ts';
import { conferenceModified, conferenceModify } from './arbitrary-colibri2.ts';
import { record, word } from './arbitrary-model.ts';

// Hundreds of runs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a request survives XML', () => {
  fc.assert(
    fc.property(conferenceModify, (request) => {
      expect(decodeConferenceModify(encodeConferenceModify(request))).toStrictEqual(ok(request));
    }),
  );
});

test('a request survives XML as text, escaping included', () => {
  fc.assert(
    fc.property(conferenceModify, (request) => {
      const text = writeXml(encodeConferenceModify(request));
      expect(decodeConferenceModify(parseXml(text))).toStrictEqual(ok(request));
    }),
  );
});

test('a request survives JSON', () => {
  fc.assert(
    fc.property(conferenceModify, (request) => {
      const json = throughJson(encodeConferenceModifyJson(request));
      expect(decodeConferenceModifyJson(json)).toStrictEqual(ok(request));
    }),
  );
});

test('an answer survives XML and JSON', () => {
  fc.assert(
    fc.property(conferenceModified, (answer) => {
      const text = writeXml(encodeConferenceModified(answer));
      expect(decodeConferenceModified(parseXml(text))).toStrictEqual(ok(answer));
      const json = throughJson(encodeConferenceModifiedJson(answer));
      expect(decodeConferenceModifiedJson(json)).toStrictEqual(ok(answer));
    }),
  );
});

test('a stanza error survives XML', () => {
  const stanzaError = record(
    {
      type: fc.constantFrom('cancel', 'modify', 'auth', 'wait'),
      condition: fc.constantFrom('conflict', 'bad-request', 'item-not-found', 'forbidden'),
      text: word,
      reason: fc.constantFrom(...errorReasons),
    },
    ['type', 'condition'],
  );
  fc.assert(
    fc.property(stanzaError, word, (error, endpointId) => {
      const whole = error.reason === 'unknown_endpoint' ? { ...error, endpointId } : error;
      expect(decodeStanzaError(parseXml(writeXml(encodeStanzaError(whole))))).toStrictEqual(
        ok(whole),
      );
    }),
  );
});
