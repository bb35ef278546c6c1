import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { launchChromium } from './support/chromium.ts';
import { DemoCall } from './support/demo-call.ts';
import { hearsEverybody, idOf, seesEverybody, seesSpeaker } from './support/expectations.ts';
import { FirefoxParticipant, firefoxToneHz } from './support/firefox.ts';
import { Meeting, quiet } from './support/meeting.ts';

const loud = 0.6;

let call: DemoCall;
let browser: Browser;

// The endpoints of a conference go to two workers in turn.
beforeAll(async () => {
  call = await DemoCall.start('trestle { workers = 2, worker.endpoints-per-conference = 1 }\n');
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await call.close();
});

async function conferenceOf(meeting: Meeting) {
  const id = await idOf(meeting.people[0]!);
  const { conferences } = await call.debug();
  const found = Object.values(conferences).find(({ endpoints }) => id in endpoints);
  if (!found) throw new Error(`/debug has no conference of ${id}`);
  return found;
}

it('a call in Chromium on two workers is a call like any other', async () => {
  const meeting = await Meeting.of(3, call, browser, { channel: 'ws' });
  const { people } = meeting;
  const { workers, endpoints, pipedSources } = await conferenceOf(meeting);
  expect(workers).toEqual([0, 1]);
  const ids = await Promise.all(people.map((viewer) => idOf(viewer)));
  expect(new Set(ids.map((id) => endpoints[id]?.link.worker))).toEqual(new Set([0, 1]));
  expect(pipedSources).toBeGreaterThanOrEqual(4);
  for (const speaker of people.slice(0, 2)) {
    for (const participant of people)
      await participant.setVolume(participant === speaker ? loud : quiet);
    for (const participant of people) await seesSpeaker(participant, speaker);
  }
  expect(call.bridgeErrors).toEqual([]);
});

it('every codec crosses, from and to Firefox too', async () => {
  const meeting = await Meeting.gathering(0, call, browser);
  const fox = await FirefoxParticipant.join(
    'Fox',
    call.url(meeting.room, { name: 'Fox', sound: 'microphone', channel: 'ws' }),
  );
  try {
    await idOf(fox);
    // In turn: Firefox, H264 and VP8 on one worker, VP9 and AV1 on the other one.
    for (const codec of ['VP9', 'H264', 'AV1', 'VP8']) await meeting.join({ channel: 'ws', codec });
    await meeting.allSeeAndHear();
    const { people } = meeting;
    for (const viewer of people) {
      await seesEverybody(viewer, [fox], 10);
      await hearsEverybody(viewer, [{ viewer: fox, toneHz: firefoxToneHz }]);
    }
    // Which others it decodes is a matter of its version and of plug-ins it downloads.
    await seesEverybody(fox, [people[0]!, people[3]!], 10);
    await hearsEverybody(fox, meeting.senders);
    expect((await conferenceOf(meeting)).workers).toEqual([0, 1]);
  } finally {
    await fox.leave();
  }
});

it('the death of one of its workers is a pause', async () => {
  const meeting = await Meeting.of(2, call, browser, { channel: 'sctp' });
  const ids = await Promise.all(meeting.people.map((viewer) => idOf(viewer)));
  // Each once: one that dies twice within seconds takes its calls along.
  for (const [place, pid] of call.workerPids.entries()) {
    process.kill(pid, 'SIGKILL');
    await until(() => {
      const back = call.logged('calls go on with another media worker').length;
      return back > place ? undefined : `${back} workers were replaced`;
    });
    await meeting.allSeeAndHear();
  }
  expect(await Promise.all(meeting.people.map((viewer) => idOf(viewer)))).toEqual(ids);
  const lines = call.logged('calls go on with another media worker');
  expect(lines.map((line) => line['endpointsLost'])).toEqual([0, 0]);
});
