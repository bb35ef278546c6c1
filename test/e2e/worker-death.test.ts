import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { launchChromium, Participant } from './support/chromium.ts';
import { DemoCall } from './support/demo-call.ts';
import { hearsEverybody, idOf, seesEverybody } from './support/expectations.ts';
import { FirefoxParticipant, firefoxToneHz } from './support/firefox.ts';
import { Meeting } from './support/meeting.ts';

// What a client keeps over the death of a worker is what went over ICE and SRTP; its bridge channel has to be a WebSocket.
const settings = { channel: 'ws' };
const chromiumToneHz = 400;

let call: DemoCall;
let browser: Browser;

// A bridge each: workers that die twice within seconds take their calls along.
beforeEach(async () => {
  call = await DemoCall.start();
});
afterEach(() => call.close());
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Kills every worker and waits until each has a successor. */
async function killWorkers(signal: NodeJS.Signals): Promise<void> {
  const before = call.workerPids;
  for (const pid of before) process.kill(pid, signal);
  await until(() => {
    const gone = call.logged('media worker died').length;
    return gone === before.length && call.workerPids.length === before.length
      ? undefined
      : `${gone} died`;
  });
}

describe('when its worker', () => {
  it.each([
    ['is killed', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)('%s, a call in Chromium goes on without a new invitation', async (_name, signal) => {
    const meeting = await Meeting.of(2, call, browser, settings);
    const ids = await Promise.all(meeting.people.map((viewer) => idOf(viewer)));
    await killWorkers(signal);
    await meeting.allSeeAndHear();
    expect(await Promise.all(meeting.people.map((viewer) => idOf(viewer)))).toEqual(ids);
    const lines = call.logged('calls go on with another media worker');
    expect(lines.map((line) => line['endpointsLost'])).toEqual([0]);
  });

  it('is killed, a Firefox and a Chromium go on', async () => {
    const fox = await FirefoxParticipant.join(
      'Fox',
      call.url('mixed', { name: 'Fox', sound: 'microphone', ...settings }),
    );
    try {
      const ada = await Participant.join(
        browser,
        'Ada',
        call.url('mixed', { name: 'Ada', tone: chromiumToneHz, volume: 0.2, ...settings }),
      );
      const senders = [
        { viewer: fox, toneHz: firefoxToneHz },
        { viewer: ada, toneHz: chromiumToneHz },
      ];
      const everybodyIsThere = async () => {
        await seesEverybody(fox, [ada]);
        await seesEverybody(ada, [fox]);
        await hearsEverybody(fox, senders);
        await hearsEverybody(ada, senders);
      };
      await everybodyIsThere();
      await killWorkers('SIGKILL');
      await everybodyIsThere();
      await ada.leave();
      expect(ada.errors).toEqual([]);
    } finally {
      await fox.leave();
    }
  });
});
