import { expect, test } from 'vitest';
import type { XmlElement } from '../../src/base/xml-element.ts';
import { encodeStanzaError } from '../../src/protocol/colibri2/stanza-error.ts';
import { element } from '../../src/protocol/xml/element.ts';
import { answerConferenceModify, type IqReply } from '../../src/signaling/colibri2-iq.ts';
import { comparable } from './comparable.ts';
import { readRecordedIqs, recordedContent } from './recorded-iqs.ts';
import { replayBridge } from './replay-bridge.ts';

/** Where we differ on purpose from what JVB answered: request id → what we answer and why. */
const differences: Readonly<Record<string, { readonly condition: string; readonly why: string }>> =
  {
    c3: {
      condition: 'bad-request',
      why: 'JVB says nothing to a request without meeting-id; the focus would wait 15 s',
    },
    c5: {
      condition: 'item-not-found',
      why: 'c4 was refused: JVB had created the conference all the same',
    },
    c9: {
      condition: 'item-not-found',
      why: 'c7 was refused: JVB had created the endpoint all the same, so that c8 did not empty the conference',
    },
  };

for (const file of ['bridge.log', 'jicofo.log', 'bridge-questions.log']) {
  const recorded = readRecordedIqs(file);

  test(`${file}: ${recorded.length} requests get JVB's answers`, async () => {
    const answer = answerConferenceModify(replayBridge().colibri2);
    for (const iq of recorded) {
      const reply = await answer(iq.request);
      const difference = differences[iq.id];
      if (difference) {
        expect(reply, iq.id).toMatchObject({ type: 'error', condition: difference.condition });
      } else {
        expect(comparable(content(reply)), iq.id).toEqual(comparable(recordedContent(iq)));
      }
    }
  });
}

test('every difference is one that was recorded', () => {
  const ids = readRecordedIqs('bridge-questions.log').map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(Object.keys(differences)));
});

/** What a reply consists of, without its address. */
function content(reply: IqReply): XmlElement {
  if (reply.type === 'result') return element('iq', {}, reply.payload ? [reply.payload] : []);
  const { errorType: type, condition, text, extensions } = reply;
  const error = encodeStanzaError({ type, condition, text });
  return element('iq', {}, [{ ...error, children: [...error.children, ...extensions] }]);
}
