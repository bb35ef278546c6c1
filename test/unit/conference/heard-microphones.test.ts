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

it('lets equally noisy rooms take no places from each other, but from who was quiet for ten seconds', () => {
  const microphones = new HeardMicrophones(20);
  const all = people(60);
  const noise = (from: number, to: number) =>
    all.slice(from, to).map((id) => ({ endpointId: id, dBov: -55 }));
  microphones.observe(noise(0, 30), 0);
  microphones.observe(noise(30, 60), 1_000);
  expect(new Set(microphones.heard)).toEqual(new Set(all.slice(0, 50)));
  expect(microphones.observe(noise(55, 60), 10_000)).toBe(false);
  expect(microphones.speaks(all[59]!, 10_000)).toBe(true);
  expect(microphones.observe(noise(55, 60), 10_001)).toBe(true);
  expect(microphones.heard).toEqual(
    new Set([...all.slice(55), ...all.slice(30, 50), ...all.slice(0, 25)]),
  );
  expect(microphones.observe(noise(50, 55), 11_001)).toBe(true);
  expect(microphones.heard.size).toBe(50);
});
