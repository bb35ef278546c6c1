import { expect, it } from 'vitest';
import { HeardMicrophones } from '../../../src/conference/heard-microphones.ts';
import { endpointId } from '../../../src/model/ids.ts';

const minuteMs = 60_000;
const people = (count: number) => Array.from({ length: count }, (_, at) => endpointId(`e${at}`));

it('keeps whom it heard for two minutes, and the last of all for ever', () => {
  const microphones = new HeardMicrophones(2);
  const [first, second, third] = people(3);
  expect(microphones.speaks(first!, 0)).toBe(true);
  expect(microphones.speaks(second!, minuteMs)).toBe(true);
  expect(microphones.speaks(third!, 2 * minuteMs)).toBe(true);
  expect([...microphones.heard]).toEqual([third, second, first]);
  expect(microphones.speaks(first!, 2 * minuteMs)).toBe(false);
  expect(microphones.observe([], 3 * minuteMs)).toBe(false);
  expect(microphones.observe([], 3 * minuteMs + 1)).toBe(true);
  expect(microphones.observe([], 60 * minuteMs)).toBe(false);
  expect([...microphones.heard]).toEqual([first, third]);
});

it('keeps no more than 50, those heard last', () => {
  const microphones = new HeardMicrophones(20);
  const all = people(60);
  for (const [at, id] of all.entries()) microphones.speaks(id, at);
  expect([...microphones.heard]).toEqual(all.slice(10).reverse());
});

it('hears no room, but who is said to speak', () => {
  const microphones = new HeardMicrophones(2);
  const [quiet, loud, left] = people(3);
  const levels = [
    { endpointId: loud!, dBov: -59 },
    { endpointId: quiet!, dBov: -60 },
  ];
  expect(microphones.observe(levels, 0)).toBe(true);
  expect([...microphones.heard]).toEqual([loud]);
  microphones.speaks(quiet!, 0);
  microphones.speaks(left!, 0);
  microphones.left(left!);
  expect([...microphones.heard]).toEqual([quiet, loud]);
});
