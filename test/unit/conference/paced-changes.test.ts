// A client that changes its mind all the time: what that may cost the others (docs/conference.md, "Limits").
import { expect, it } from 'vitest';
import { limits } from '../../../src/conference/conference-config.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';

const seconds = 10;
/** Of so many messages each. */
const perSecond = 50;
const most = limits.changeBurst + limits.changesPerSecond * seconds;

it('is decided for a few times at once and then at a steady pace, the last word counting', async () => {
  const { scene, links } = await call('a', 'b');
  scene.time.advance(10_000); // what they said when they joined is forgotten
  const plans: number[] = [];
  const shown = () => scene.sent('a', 'video').length;
  let [opened, before] = [0, shown()];
  for (let message = 0; message < seconds * perSecond; message += 1) {
    scene.say('a', links['a']!, { type: 'last-n', lastN: message % 2 === 0 ? 0 : -1 });
    if (message < limits.changeBurst) plans.push(shown());
    opened += Math.max(0, shown() - before);
    before = shown();
    scene.time.advance(1000 / perSecond);
    opened += Math.max(0, shown() - before);
    before = shown();
  }
  expect(plans).toEqual(Array.from({ length: limits.changeBurst }, (_, place) => place % 2));
  expect(opened).toBeGreaterThan(0);
  expect(opened).toBeLessThanOrEqual(most);
  scene.say('a', links['a']!, { type: 'last-n', lastN: 0 });
  scene.time.advance(1000);
  expect(shown()).toBe(0);
  scene.time.advance(60_000);
  scene.say('a', links['a']!, { type: 'last-n', lastN: -1 });
  expect(shown()).toBe(1);
});

it('is followed in what it sends at that pace, and nothing is lost of two sources', async () => {
  const { scene, links } = await call('a', 'b');
  let [changes, before] = [0, scene.sent('a', 'video').length];
  const observe = () => {
    const now = scene.sent('a', 'video').length;
    if (now !== before) changes += 1;
    before = now;
  };
  for (let message = 0; message < seconds * perSecond; message += 1) {
    const videoType = message % 2 === 0 ? 'none' : 'camera';
    scene.say('b', links['b']!, { type: 'video-type', source: sourceName('b-v0'), videoType });
    observe();
    scene.time.advance(1000 / perSecond);
    observe();
  }
  expect(changes).toBeGreaterThan(0);
  expect(changes).toBeLessThanOrEqual(most);
  scene.time.advance(1000);
  expect(scene.sent('a', 'video')).toEqual(['b-v0']);
});

it('is forgotten when it leaves', async () => {
  const { scene, links } = await call('a', 'b');
  for (let message = 0; message < 2 * limits.changeBurst; message += 1)
    scene.say('b', links['b']!, { type: 'last-n', lastN: message % 2 });
  await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('b') }] });
  scene.time.advance(1000);
  expect(scene.conference!.endpoints.size).toBe(1);
});
