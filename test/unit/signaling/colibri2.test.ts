import { describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import type { CommandError, ConferenceCommand } from '../../../src/conference/commands.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { element } from '../../../src/protocol/xml/element.ts';
import { answerConferenceModify } from '../../../src/signaling/colibri2-iq.ts';
import { createColibri2Rest } from '../../../src/signaling/colibri2-rest.ts';
import { createColibri2, type Execute } from '../../../src/signaling/colibri2.ts';
import { CollectedLog } from '../../support/collected-log.ts';

const request = (
  attrs: Record<string, string> = {},
  children = [element('endpoint', { id: 'e' })],
) =>
  element('conference-modify', { xmlns: 'jitsi:colibri2', 'meeting-id': 'm', ...attrs }, children);

function faces(execute: Execute) {
  const log = new CollectedLog();
  const colibri2 = createColibri2({ execute, config: { sctpEnabled: true }, log });
  const rest = createColibri2Rest(colibri2, (id) => id === 'm');
  return { iq: answerConferenceModify(colibri2), rest, log };
}

const failing = (error: CommandError) => faces(() => Promise.resolve(err(error)));

const done = faces(() => Promise.resolve(ok({ endpoints: [] })));

const e = endpointId('e');

describe('a refusal in XMPP', () => {
  test.each<[CommandError, string, string, string | undefined]>([
    [{ code: 'conference-exists', text: 't' }, 'conflict', 'cancel', 'conference_already_exists'],
    [
      { code: 'conference-not-found', text: 't' },
      'item-not-found',
      'cancel',
      'conference_not_found',
    ],
    [
      { code: 'graceful-shutdown', text: 't' },
      'service-unavailable',
      'cancel',
      'graceful_shutdown',
    ],
    [{ code: 'endpoint-exists', endpointId: e, text: 't' }, 'conflict', 'cancel', undefined],
    [{ code: 'bad-request', text: 't' }, 'bad-request', 'modify', undefined],
    [
      { code: 'not-implemented', structural: true, text: 't' },
      'feature-not-implemented',
      'cancel',
      'feature_not_implemented',
    ],
    [
      { code: 'not-implemented', structural: false, text: 't' },
      'feature-not-implemented',
      'cancel',
      undefined,
    ],
    [{ code: 'unavailable', text: 't' }, 'service-unavailable', 'cancel', undefined],
    [{ code: 'internal', text: 't' }, 'internal-server-error', 'cancel', undefined],
  ])('%j', async (error, condition, errorType, reason) => {
    const extensions =
      reason === undefined ? [] : [element('error', { xmlns: 'jitsi:colibri2', reason })];
    const reply = { type: 'error', errorType, condition, text: 't', extensions };
    expect(await failing(error).iq(request())).toEqual(reply);
  });

  test('of an unknown endpoint names it', async () => {
    const reply = await failing({ code: 'unknown-endpoint', endpointId: e, text: 't' }).iq(
      request(),
    );
    expect(reply).toMatchObject({
      condition: 'item-not-found',
      extensions: [
        element('error', { xmlns: 'jitsi:colibri2', reason: 'unknown_endpoint' }),
        element('endpoint', { xmlns: 'jitsi:colibri2', id: 'e' }),
      ],
    });
  });
});

describe('a request that cannot be done is not tried', () => {
  const untouched = faces(() => Promise.reject(new Error('was executed')));

  test('when it cannot be read', async () => {
    expect(await untouched.iq(request({ 'meeting-id': '' }))).toEqual({
      type: 'error',
      errorType: 'modify',
      condition: 'bad-request',
      text: 'conference-modify@meeting-id: is missing',
      extensions: [],
    });
    expect(await untouched.rest.post({ create: true })).toMatchObject({
      status: 400,
      body: { condition: 'bad-request', error: expect.stringContaining('meeting-id') as string },
    });
    expect(untouched.log.lines).toHaveLength(2);
  });

  test('when it breaks a rule', async () => {
    const creation = request({}, [element('endpoint', { id: 'e', create: true })]);
    expect(await untouched.iq(creation)).toMatchObject({ condition: 'bad-request' });
    expect(untouched.log.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: { meeting: 'm', code: 'bad-request' },
    });
  });
});

test('requests reach the conferences in the order in which they came, before anything is awaited', () => {
  const seen: string[] = [];
  const { iq, rest } = faces(({ meetingId }: ConferenceCommand) => {
    seen.push(meetingId);
    return new Promise(() => undefined);
  });
  void iq(request({ 'meeting-id': '1' }));
  void rest.post({ 'meeting-id': '2' });
  void iq(request({ 'meeting-id': '3' }));
  expect(seen).toEqual(['1', '2', '3']);
});

test('connects are accepted and logged', async () => {
  const connects = element('connects', {}, [
    element('connect', { id: 'transcriber', url: 'wss://scribe.example/?token=secret' }),
  ]);
  expect(await done.iq(request({}, [connects]))).toMatchObject({ type: 'result' });
  const line = done.log.lines.at(-1);
  expect(line).toMatchObject({ level: 'info', fields: { connects: [{ id: 'transcriber' }] } });
  expect(JSON.stringify(line)).not.toContain('secret');
});

describe('over REST', () => {
  const unknown = failing({ code: 'conference-not-found', text: 't' });

  test('an unknown conference is 404 to a PATCH and 400 to a POST', async () => {
    const body = { error: 't', condition: 'item-not-found', reason: 'conference_not_found' };
    expect(await unknown.rest.patch('x', {})).toEqual({ status: 404, body });
    expect(await unknown.rest.post({ 'meeting-id': 'x' })).toEqual({ status: 400, body });
  });

  test('any other refusal is 400, with the words of XMPP', async () => {
    const { rest } = failing({ code: 'endpoint-exists', endpointId: e, text: 't' });
    expect(await rest.patch('m', {})).toEqual({
      status: 400,
      body: { error: 't', condition: 'conflict' },
    });
  });

  test('the path names the conference, whatever the body says', async () => {
    const seen: string[] = [];
    const { rest } = faces(({ meetingId }) => {
      seen.push(meetingId);
      return Promise.resolve(ok({ endpoints: [] }));
    });
    expect(await rest.patch('path', { 'meeting-id': 'body' })).toEqual({ status: 200, body: {} });
    expect(seen).toEqual(['path']);
  });

  test.each([undefined, null, 5, 'x', [], [[]]])('the body %j is refused', async (body) => {
    expect(await done.rest.post(body)).toMatchObject({ status: 400 });
    expect(await done.rest.patch('m', body)).toMatchObject({ status: 400 });
  });

  test('reading a conference is not implemented, reading none is not found', () => {
    expect(done.rest.get('m')).toMatchObject({
      status: 501,
      body: { error: expect.any(String) as string },
    });
    expect(done.rest.get('x')).toMatchObject({
      status: 404,
      body: { error: expect.any(String) as string },
    });
  });
});
