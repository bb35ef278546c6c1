import { expect, test } from 'vitest';
import type { XmlElement } from '../../src/base/xml-element.ts';
import { clientCapabilities } from '../../src/io/xmpp/entity-capabilities.ts';
import { iqError } from '../../src/io/xmpp/iq-reply.ts';
import { IqRouter } from '../../src/io/xmpp/iq-router.ts';
import { healthcheckRoute, standardRoutes } from '../../src/io/xmpp/standard-routes.ts';
import { element } from '../../src/io/xmpp/xml.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { FakeTime } from '../support/fake-time.ts';
import { comparable } from './comparable.ts';
import { readRecordedIqs, recordedContent } from './recorded-iqs.ts';

/** Where we differ on purpose from what JVB answered: request id → how we answer and why. */
const differences: Readonly<Record<string, { readonly like: object; readonly why: string }>> = {
  d1: {
    like: { name: 'query', attrs: { xmlns: 'http://jabber.org/protocol/disco#info' } },
    why: 'JVB names its XMPP library and what that can do; here it is what this bridge can do',
  },
  t1: {
    like: { name: 'time', attrs: { xmlns: 'urn:xmpp:time' } },
    why: 'the time is the time, and JVB writes the zone as +0:00, which XEP-0082 does not know',
  },
};

const recorded = readRecordedIqs('standard-questions.log');

test(`${recorded.length} questions to any entity get JVB's answers`, async () => {
  const time = new FakeTime();
  const router = new IqRouter({
    routes: [
      ...standardRoutes({
        capabilities: clientCapabilities,
        clock: time,
        software: { name: 'JVB', version: '2.3.SNAPSHOT', os: 'Linux' },
      }),
      healthcheckRoute(() => undefined),
    ],
    mayAsk: () => true,
    refusal: iqError('auth', 'forbidden'),
    maxPending: 10,
    log: new CollectedLog(),
  });
  time.advance(2000); // JVB had been there for 2 s
  expect(recorded.map(({ id }) => id)).toEqual(['d1', 'v1', 'h1', 'p1', 'i1', 't1', 'l1', 'g1']);
  for (const iq of recorded) {
    const { type, id } = iq;
    const reply = await router.answer(element('iq', { type, id, from: 'focus' }, iq.request));
    const children = reply.children.filter(
      (child): child is XmlElement => typeof child !== 'string',
    );
    const difference = differences[id];
    if (difference) expect(children[0], id).toMatchObject(difference.like);
    else
      expect(comparable(element('iq', {}, ...children)), id).toEqual(
        comparable(recordedContent(iq)),
      );
  }
});
