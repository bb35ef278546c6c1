import { describe, expect, it } from 'vitest';
import { bareJid, splitJid } from '../../../../src/io/xmpp/jid.ts';
import { isOccupantOf } from '../../../../src/io/xmpp/occupants.ts';

describe('an address', () => {
  it.each([
    ['a@b/c', { local: 'a', domain: 'b', resource: 'c' }],
    ['a@b', { local: 'a', domain: 'b', resource: '' }],
    ['b', { local: '', domain: 'b', resource: '' }],
    ['b/c@d/e', { local: '', domain: 'b', resource: 'c@d/e' }],
    ['', { local: '', domain: '', resource: '' }],
  ])('%j has parts', (jid, parts) => {
    expect(splitJid(jid)).toEqual(parts);
  });

  it('is compared without its resource and without case', () => {
    expect(bareJid('Room@MUC.test/Nick')).toBe('room@muc.test');
  });
});

describe('an occupant', () => {
  const rooms = new Set(['room@muc.test', 'muc.test']);
  it.each([
    ['room@muc.test/focus', true],
    ['ROOM@Muc.Test/focus', true],
    ['other@muc.test/focus', false],
    ['room@muc.test.evil/focus', false],
    ['evil@x/room@muc.test', false],
    ['muc.test/focus', false],
    ['', false],
  ])('%j: %s', (from, expected) => {
    expect(isOccupantOf(rooms, from)).toBe(expected);
  });
});
