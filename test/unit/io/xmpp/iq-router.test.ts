import { describe, expect, it } from 'vitest';
import type { XmlElement } from '../../../../src/base/xml-element.ts';
import { iqError, type IqReply } from '../../../../src/io/xmpp/iq-reply.ts';
import { IqRouter, type IqRoute } from '../../../../src/io/xmpp/iq-router.ts';
import { element } from '../../../../src/io/xmpp/xml.ts';
import { CollectedLog } from '../../../support/collected-log.ts';

const focus = 'brewery@muc.test/focus';

function route(name: string, handler: IqRoute['handler'], more: Partial<IqRoute> = {}): IqRoute {
  return { name, namespace: 'urn:known', types: ['get'], access: 'focus', handler, ...more };
}

function router(routes: readonly IqRoute[], log = new CollectedLog(), maxPending = 100): IqRouter {
  return new IqRouter({
    routes,
    mayAsk: (from) => from === focus,
    refusal: iqError('auth', 'forbidden'),
    maxPending,
    log,
  });
}

function request(
  payload: XmlElement | readonly XmlElement[],
  from = focus,
  type = 'get',
): XmlElement {
  const payloads: readonly XmlElement[] = 'name' in payload ? [payload] : payload;
  return element('iq', { type, id: 'q-1', from, to: 'bridge@test/r' }, '\n', ...payloads);
}

const known = (name: string) => element(name, { xmlns: 'urn:known' });
const result = (): Promise<IqReply> => Promise.resolve({ type: 'result' });

/** What an error reply says: type and condition. */
function errorOf(reply: XmlElement): string | undefined {
  const error = reply.children[0] as XmlElement | undefined;
  const condition = error?.children[0] as XmlElement | undefined;
  return error && `${error.attrs['type'] ?? ''} ${condition?.name ?? ''}`;
}

describe('an answer', () => {
  it('goes to the sender with the id of the request', async () => {
    const payload = element('done', { xmlns: 'urn:known' });
    const reply = await router([
      route('do', () => Promise.resolve({ type: 'result', payload })),
    ]).answer(request(known('do')));
    expect(reply).toEqual(element('iq', { type: 'result', id: 'q-1', to: focus }, payload));
  });

  it('carries error type, condition, text and extensions', async () => {
    const extension = element('error', { xmlns: 'jitsi:colibri2', reason: 'conference_not_found' });
    const failure: IqReply = {
      ...iqError('cancel', 'item-not-found', 'no such conference'),
      extensions: [extension],
    };
    const reply = await router([route('do', () => Promise.resolve(failure))]).answer(
      request(known('do')),
    );
    const xmlns = 'urn:ietf:params:xml:ns:xmpp-stanzas';
    expect(reply.children).toEqual([
      element(
        'error',
        { type: 'cancel' },
        element('item-not-found', { xmlns }),
        element('text', { xmlns, 'xml:lang': 'en' }, 'no such conference'),
        extension,
      ),
    ]);
  });

  it('is internal-server-error, without its message, when the handler fails', async () => {
    const log = new CollectedLog();
    const fails = () => Promise.reject(new Error('a secret of the code'));
    const reply = await router([route('do', fails)], log).answer(request(known('do')));
    expect(errorOf(reply)).toBe('cancel internal-server-error');
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(log.lines).toMatchObject([{ level: 'error' }]);
  });
});

describe('who may ask', () => {
  it.each(['stranger@test/phone', 'brewery@muc.test', 'muc.test', ''])(
    'refuses %j before the handler is called',
    async (from) => {
      let called = 0;
      const handler = () => {
        called += 1;
        return result();
      };
      const answer = await router([route('do', handler)]).answer(request(known('do'), from));
      expect(errorOf(answer)).toBe('auth forbidden');
      expect(called).toBe(0);
    },
  );

  it('is anyone for routes that say so', async () => {
    const open = route('ping', result, { access: 'anyone' });
    const reply = await router([open]).answer(request(known('ping'), 'stranger@test/phone'));
    expect(reply.attrs['type']).toBe('result');
  });

  it('is settled before the shape of the request is complained about', async () => {
    const twice = request([known('do'), known('do')], 'stranger@test/phone');
    expect(errorOf(await router([route('do', result)]).answer(twice))).toBe('auth forbidden');
  });
});

describe('what is asked', () => {
  it.each([
    ['an unknown namespace', element('do', { xmlns: 'urn:unknown' }), 'cancel service-unavailable'],
    ['no namespace', element('do'), 'cancel service-unavailable'],
    ['an unknown element', known('other'), 'cancel feature-not-implemented'],
    ['nothing', [], 'modify bad-request'],
    ['two things', [known('do'), known('do')], 'modify bad-request'],
  ] as const)('%s is answered with an error', async (_name, payload, expected) => {
    expect(errorOf(await router([route('do', result)]).answer(request(payload)))).toBe(expected);
  });

  it('may not be of another type than the route takes', async () => {
    const reply = await router([route('do', result)]).answer(request(known('do'), focus, 'set'));
    expect(errorOf(reply)).toBe('cancel feature-not-implemented');
  });

  it('may be written with a namespace prefix', async () => {
    const prefixed = element('c:do', { 'xmlns:c': 'urn:known' });
    const reply = await router([route('do', result)]).answer(request(prefixed));
    expect(reply.attrs['type']).toBe('result');
  });

  it('has one route only', () => {
    expect(() => router([route('do', result), route('do', result)])).toThrow('two routes');
  });
});

describe('many requests', () => {
  it('reach their handlers in order, while answers may overtake each other', async () => {
    const started: string[] = [];
    const finish = new Map<string, () => void>();
    const slow: IqRoute['handler'] = (payload) => {
      const id = payload.attrs['id'] ?? '';
      started.push(id);
      return new Promise((resolve) => finish.set(id, () => resolve({ type: 'result' })));
    };
    const subject = router([route('do', slow)]);
    const ids = ['a', 'b', 'c'];
    const answered: string[] = [];
    const answers = ids.map(async (id) => {
      await subject.answer(request(element('do', { xmlns: 'urn:known', id })));
      answered.push(id);
    });
    expect(started).toEqual(ids);
    expect(subject.pending).toBe(3);
    for (const id of ['c', 'a', 'b']) {
      finish.get(id)?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(answers);
    expect(answered).toEqual(['c', 'a', 'b']);
    expect(subject.pending).toBe(0);
  });

  it('are refused beyond the cap, and taken again when there is room', async () => {
    let finish = () => {};
    const slow = () =>
      new Promise<IqReply>((resolve) => {
        finish = () => resolve({ type: 'result' });
      });
    const subject = router([route('do', slow)], new CollectedLog(), 1);
    const first = subject.answer(request(known('do')));
    expect(errorOf(await subject.answer(request(known('do'))))).toBe('wait resource-constraint');
    finish();
    expect((await first).attrs['type']).toBe('result');
    const third = subject.answer(request(known('do')));
    finish();
    expect((await third).attrs['type']).toBe('result');
  });
});
