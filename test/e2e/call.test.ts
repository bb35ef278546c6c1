import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { launchChromium, Participant } from './support/chromium.ts';
import { DemoCall } from './support/demo-call.ts';
import { hearsEverybody, seesEverybody, seesSpeaker, type Sender } from './support/expectations.ts';

const names = ['Ada', 'Grace', 'Edsger'];
const tonesHz = [400, 600, 850];
const quiet = 0.02;
const loud = 0.6;

let call: DemoCall;
let rooms = 0;
let people: Participant[] = [];

beforeAll(async () => {
  call = await DemoCall.start();
});
afterAll(async () => {
  await call.close();
  expect(call.bridgeErrors).toEqual([]);
});
afterEach(async () => {
  const errors = people.flatMap((participant) => participant.errors);
  await Promise.all(people.map((participant) => participant.leave()));
  people = [];
  expect(errors).toEqual([]);
});

async function join(
  browser: Browser,
  room: string,
  settings: Record<string, string>,
): Promise<Sender> {
  const index = people.length;
  const name = names[index % names.length]!;
  const toneHz = tonesHz[index % tonesHz.length]!;
  const url = call.url(room, { name, tone: toneHz, volume: quiet, ...settings });
  const viewer = await Participant.join(browser, name, url);
  people.push(viewer);
  return { viewer, toneHz };
}

/** A room with so many people, all of whom see and hear each other. */
async function meeting(
  browser: Browser,
  settings: Record<string, string> = {},
  count = 3,
): Promise<Sender[]> {
  const room = `room-${(rooms += 1)}`;
  const senders: Sender[] = [];
  for (let index = 0; index < count; index += 1) senders.push(await join(browser, room, settings));
  await everybodySeesAndHears(senders);
  return senders;
}

async function everybodySeesAndHears(senders: readonly Sender[]): Promise<void> {
  const viewers = senders.map(({ viewer }) => viewer);
  for (const viewer of viewers) {
    await seesEverybody(
      viewer,
      viewers.filter((other) => other !== viewer),
    );
    await hearsEverybody(viewer, senders);
  }
}

describe('a call of three in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each([
    ['an SCTP data channel', {}],
    ['a WebSocket', { channel: 'ws' }],
  ])('over UDP, with the bridge channel over %s', async (_channel, settings) => {
    await meeting(browser, settings);
    for (const { report } of people.map((participant) => ({ report: participant.report() }))) {
      expect((await report).iceProtocol).toBe('udp');
    }
    const [ada, grace] = people;
    for (const speaker of [ada!, grace!]) {
      for (const participant of people) {
        await participant.setVolume(participant === speaker ? loud : quiet);
      }
      for (const participant of people) await seesSpeaker(participant, speaker);
    }
  });

  it('without SSRC rewriting', async () => {
    await meeting(browser, { rewriting: 'off' });
  });

  it('where one leaves and comes back', async () => {
    const senders = await meeting(browser);
    const room = `room-${rooms}`;
    await people[2]!.leave();
    people.pop();
    const [ada, grace] = people;
    await until(async () => {
      const { tiles, sounds } = await ada!.report();
      return tiles.length === 2 && sounds.length === 1 ? undefined : `${tiles.length} tiles`;
    });
    await seesEverybody(ada!, [grace!]);
    const returned = await join(browser, room, {});
    await everybodySeesAndHears([senders[0]!, senders[1]!, returned]);
  });
});

describe('a call with UDP closed', () => {
  it('goes over TCP', async () => {
    const browser = await launchChromium(
      '--webrtc-ip-handling-policy=disable_non_proxied_udp',
      '--force-webrtc-ip-handling-policy',
    );
    try {
      await meeting(browser);
      for (const participant of people) {
        expect((await participant.report()).iceProtocol).toBe('tcp');
      }
    } finally {
      await browser.close();
    }
  });
});
