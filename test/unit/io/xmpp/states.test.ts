import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinRetryDelayMs, reconnectDelayMs } from '../../../../src/io/xmpp/back-off.ts';
import {
  linkTransition,
  type LinkEvent,
  type LinkState,
} from '../../../../src/io/xmpp/link-state.ts';
import {
  roomTransition,
  type RoomEvent,
  type RoomState,
} from '../../../../src/io/xmpp/room-state.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const lost: LinkEvent = { type: 'lost', reason: 'r' };
const linkEvents: readonly LinkEvent[] = [
  { type: 'start' },
  { type: 'online' },
  lost,
  { type: 'retry' },
  { type: 'stop' },
  { type: 'closed' },
];

describe('a link', () => {
  it.each<[LinkState, Partial<Record<LinkEvent['type'], LinkState>>]>([
    [{ type: 'stopped' }, { start: { type: 'connecting', failures: 0 } }],
    [
      { type: 'connecting', failures: 2 },
      {
        online: { type: 'online' },
        lost: { type: 'waiting', failures: 3, reason: 'r' },
        stop: { type: 'stopping' },
      },
    ],
    [
      { type: 'online' },
      { lost: { type: 'waiting', failures: 1, reason: 'r' }, stop: { type: 'stopping' } },
    ],
    [
      { type: 'waiting', failures: 3, reason: 'x' },
      { retry: { type: 'connecting', failures: 3 }, stop: { type: 'stopped' } },
    ],
    [{ type: 'stopping' }, { closed: { type: 'stopped' } }],
  ])('in %j moves only as the table says', (state, moves) => {
    for (const event of linkEvents) {
      expect(linkTransition(state, event)).toEqual(moves[event.type] ?? state);
    }
  });

  it('never connects again after a stop until it is started', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...linkEvents)), (events) => {
        let state: LinkState = linkTransition(
          { type: 'connecting', failures: 0 },
          { type: 'stop' },
        );
        for (const event of events.filter(({ type }) => type !== 'start')) {
          state = linkTransition(state, event);
          expect(['stopping', 'stopped']).toContain(state.type);
        }
      }),
    );
  });
});

const roomEvents: readonly RoomEvent[] = [
  { type: 'enter' },
  { type: 'joined', occupant: 'room/nick' },
  { type: 'refused', reason: 'r' },
  { type: 'retry' },
  { type: 'left' },
];

describe('a seat in a room', () => {
  const entering: RoomState = { type: 'joining', failures: 0 };
  const outside: RoomState = { type: 'outside' };
  it.each<[RoomState, Partial<Record<RoomEvent['type'], RoomState>>]>([
    [outside, { enter: entering }],
    [
      { type: 'joining', failures: 1 },
      {
        enter: entering,
        joined: { type: 'joined', occupant: 'room/nick' },
        refused: { type: 'waiting', failures: 2, reason: 'r' },
        left: outside,
      },
    ],
    [
      { type: 'joined', occupant: 'room/nick' },
      { enter: entering, refused: { type: 'waiting', failures: 1, reason: 'r' }, left: outside },
    ],
    [
      { type: 'waiting', failures: 2, reason: 'x' },
      { enter: entering, retry: { type: 'joining', failures: 2 }, left: outside },
    ],
  ])('in %j moves only as the table says', (state, moves) => {
    for (const event of roomEvents) {
      expect(roomTransition(state, event)).toEqual(moves[event.type] ?? state);
    }
  });
});

describe('the pause before the next attempt', () => {
  it('stays between 1 s and 5 s for a server, however often it failed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1 }), (failures, seed) => {
        const delayMs = reconnectDelayMs(failures, seededRandom(seed));
        expect(delayMs).toBeGreaterThanOrEqual(1000);
        expect(delayMs).toBeLessThanOrEqual(5000);
      }),
    );
  });

  it('differs between bridges', () => {
    const delays = [1, 2, 3, 4].map((seed) => reconnectDelayMs(3, seededRandom(seed * 7919)));
    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('grows for a room and ends at about half a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1 }), (failures, seed) => {
        const delayMs = joinRetryDelayMs(failures, seededRandom(seed));
        expect(delayMs).toBeGreaterThanOrEqual(1500);
        expect(delayMs).toBeLessThanOrEqual(37_500);
      }),
    );
  });
});
