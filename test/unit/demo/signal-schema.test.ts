import { expect, it } from 'vitest';
import { limits } from '../../../demo/focus/limits.ts';
import { decodeClientMessage } from '../../../demo/focus/signal-schema.ts';

const join = {
  type: 'join',
  room: 'calm-river-1',
  name: 'Ada',
  dataChannel: true,
  ssrcRewriting: true,
  sources: [],
};
const source = { name: 'x-v0', kind: 'video', videoType: 'camera', encodings: [{ ssrc: 1 }] };

it('reads a join', () => {
  expect(decodeClientMessage(JSON.stringify(join))).toEqual({ ok: true, value: join });
});

it.each([
  ['no JSON', '{'],
  ['no object', '1'],
  ['an unknown type', JSON.stringify({ type: 'shutdown' })],
  ['a field nobody knows', JSON.stringify({ ...join, admin: true })],
  ['a room name with markup', JSON.stringify({ ...join, room: '<b>' })],
  ['an empty name', JSON.stringify({ ...join, name: ' ' })],
  ['a long name', JSON.stringify({ ...join, name: 'x'.repeat(limits.nameLength + 1) })],
  [
    'too many sources',
    JSON.stringify({
      type: 'presence',
      sources: Array.from({ length: limits.sourcesPerParticipant + 1 }, () => ({
        name: 'a',
        muted: true,
        videoType: 'none',
      })),
    }),
  ],
  [
    'an SSRC beyond 32 bits',
    JSON.stringify({
      type: 'source-add',
      session: 1,
      source: { ...source, encodings: [{ ssrc: 2 ** 32 }] },
    }),
  ],
  [
    'four encodings',
    JSON.stringify({
      type: 'source-add',
      session: 1,
      source: { ...source, encodings: [1, 2, 3, 4].map((ssrc) => ({ ssrc })) },
    }),
  ],
])('refuses %s', (_what, text) => {
  expect(decodeClientMessage(text).ok).toBe(false);
});
