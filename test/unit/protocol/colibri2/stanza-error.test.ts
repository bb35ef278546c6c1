import { expect, test } from 'vitest';
import { decodeStanzaError } from '../../../../src/protocol/colibri2/stanza-error.ts';
import { element } from '../../../../src/protocol/xml/element.ts';

const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas';

test("JVB's errors are read, whose text lacks its namespace", () => {
  const error = element('error', { type: 'cancel' }, [
    element('item-not-found', { xmlns: stanzas }),
    element('text', { 'xml:lang': 'en' }, ['Endpoint not found for ID: e']),
    element('error', { xmlns: 'jitsi:colibri2', reason: 'UNKNOWN_ENDPOINT' }),
    element('endpoint', { xmlns: 'jitsi:colibri2', id: 'e' }),
  ]);
  expect(decodeStanzaError(error)).toEqual({
    ok: true,
    value: {
      type: 'cancel',
      condition: 'item-not-found',
      text: 'Endpoint not found for ID: e',
      reason: 'unknown_endpoint',
      endpointId: 'e',
    },
  });
});

test('an error without condition, or with a reason nobody knows, is refused', () => {
  const bare = decodeStanzaError(element('error', { type: 'cancel' }));
  expect(bare).toMatchObject({ error: { message: 'error: has no condition' } });
  const odd = element('error', { type: 'cancel' }, [
    element('conflict', { xmlns: stanzas }),
    element('error', { xmlns: 'jitsi:colibri2', reason: 'unknown-endpoint' }),
  ]);
  expect(decodeStanzaError(odd)).toMatchObject({ ok: false });
});
