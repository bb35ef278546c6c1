import { describe, expect, test } from 'vitest';
import {
  decodeConferenceModifyJson,
  encodeConferenceModifyJson,
} from '../../../../src/protocol/colibri2/conference-modify-json.ts';

const endpoint = (members: object) =>
  decodeConferenceModifyJson({ 'meeting-id': 'm', endpoints: [{ id: 'e', ...members }] });

const problem = (result: ReturnType<typeof endpoint>) => (result.ok ? '' : result.error.message);

const ice = (members: object) => ({
  transport: { transport: { xmlns: 'urn:xmpp:jingle:transports:ice-udp:1', ...members } },
});

describe('numbers and booleans', () => {
  test('may stand in strings, as upstream writes what came from XML', () => {
    const payloadType = { id: '111', name: 'opus', clockrate: '48000', channels: '2' };
    expect(
      endpoint({ create: 'TRUE', medias: [{ type: 'audio', 'payload-types': [payloadType] }] }),
    ).toMatchObject({
      value: {
        endpoints: [
          {
            create: true,
            media: [{ payloadTypes: [{ id: 111, clockRateHz: 48_000, channels: 2 }] }],
          },
        ],
      },
    });
  });

  test.each([1.5, -1, 128, '1e2', 'x', null, true, [], {}])('%j is no payload type', (id) => {
    const payloadType = { id, name: 'x', clockrate: 1 };
    expect(
      problem(endpoint({ medias: [{ type: 'audio', 'payload-types': [payloadType] }] })),
    ).toMatch(/^conference-modify\.endpoints\[0\]\.medias\[0\]\.payload-types\[0\]\.id: /);
  });
});

describe('the quirks of the binding', () => {
  test('a parameter without name has the key "null"', () => {
    const payloadType = {
      id: 112,
      name: 'red',
      clockrate: 48_000,
      parameters: { null: '111/111' },
    };
    const request = endpoint({ medias: [{ type: 'audio', 'payload-types': [payloadType] }] });
    if (!request.ok) throw request.error;
    expect(request.value.endpoints[0]?.media[0]?.payloadTypes[0]?.parameters).toEqual({
      '': '111/111',
    });
    expect(encodeConferenceModifyJson(request.value)).toMatchObject({
      endpoints: [{ medias: [{ 'payload-types': [{ parameters: { null: '111/111' } }] }] }],
    });
  });

  test('an ICE transport without its xmlns is dropped', () => {
    const request = endpoint({ transport: { transport: { ufrag: 'u', pwd: 'p' } } });
    expect(request.ok).toBe(true);
    expect(request).not.toHaveProperty('value.endpoints.0.transport.ice');
  });

  test('SSRCs may be bare numbers', () => {
    const source = { type: 'audio', id: 'a', sources: [5, { ssrc: 6 }] };
    expect(endpoint({ sources: [source] })).toMatchObject({
      value: { endpoints: [{ sources: [{ name: 'a', encodings: [{ ssrc: 5 }] }] }] },
    });
  });

  test('the SCTP role is written in upper case and read in any', () => {
    const request = endpoint({ transport: { sctp: { port: 5000, role: 'Server' } } });
    expect(request).toMatchObject({
      value: { endpoints: [{ transport: { sctp: { port: 5000, role: 'server' } } }] },
    });
    if (!request.ok) throw request.error;
    expect(encodeConferenceModifyJson(request.value)).toMatchObject({
      endpoints: [{ transport: { sctp: { role: 'SERVER' } } }],
    });
  });

  test('ice-restart is understood', () => {
    expect(endpoint({ transport: { 'ice-restart': true } })).toMatchObject({
      value: { endpoints: [{ transport: { iceRestart: true } }] },
    });
  });

  test('a web socket that is "active" has no address', () => {
    expect(endpoint(ice({ 'web-sockets': ['active', 'wss://a'] }))).toMatchObject({
      value: { endpoints: [{ transport: { ice: { webSocketUrls: ['wss://a'] } } }] },
    });
  });

  test('empty connects are not absent', () => {
    const request = decodeConferenceModifyJson({ 'meeting-id': 'm', connects: [] });
    expect(request).toMatchObject({ value: { connects: [] } });
  });
});

describe('what a client wrote', () => {
  test('of its sources is read up to a limit', () => {
    const source = (id: string) => ({
      type: 'video',
      id,
      sources: Array(21).fill(1),
      'ssrc-groups': Array(21).fill({ semantics: 'SIM', sources: Array(21).fill(1) }),
    });
    const decoded = endpoint({ sources: Array.from({ length: 101 }, (_, at) => source(`s${at}`)) });
    expect(decoded.ok && decoded.value.endpoints[0]?.sources).toHaveLength(100);
  });

  test('of its sources is left out where it makes no sense', () => {
    const names = ['', 'x'.repeat(201), 'good'];
    const sources = [...names.map((id) => ({ type: 'audio', id })), { type: 'data', id: 'd' }];
    expect(endpoint({ sources })).toMatchObject({
      value: { endpoints: [{ sources: [{ name: 'good' }] }] },
    });
  });

  test('cannot fail a request', () => {
    const request = endpoint(
      ice({
        ufrag: { no: 'string' },
        pwd: 5,
        'ice-generation': 'soon',
        candidates: [{ ip: 'nowhere' }, { ip: 7 }],
        fingerprints: [{ hash: 'sha-256', fingerprint: 'zz' }],
      }),
    );
    expect(request).toMatchObject({
      value: { endpoints: [{ transport: { ice: { candidates: [], fingerprints: [] } } }] },
    });
  });

  test('is read to its caps', () => {
    const candidate = {
      ip: '192.0.2.1',
      port: 1,
      protocol: 'udp',
      type: 'host',
      priority: 1,
      component: 1,
      foundation: '1',
    };
    const request = endpoint(ice({ candidates: Array.from({ length: 300 }, () => candidate) }));
    if (!request.ok) throw request.error;
    expect(request.value.endpoints[0]?.transport?.ice?.candidates).toHaveLength(100);
  });
});

test('prototype keys stay keys', () => {
  const body: unknown = JSON.parse(
    '{"meeting-id":"m","__proto__":{"create":true},"endpoints":[{"id":"e","medias":[{"type":"audio",' +
      '"payload-types":[{"id":1,"name":"x","clockrate":1,"parameters":{"__proto__":"p","constructor":"c"}}]}]}]}',
  );
  const request = decodeConferenceModifyJson(body);
  if (!request.ok) throw request.error;
  expect(request.value.create).toBe(false);
  const parameters = request.value.endpoints[0]?.media[0]?.payloadTypes[0]?.parameters;
  expect(parameters).toEqual({ constructor: 'c' });
  expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype);
});
