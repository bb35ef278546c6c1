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
  call = await DemoCall.start('trestle.worker.count = 2\n');
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

/** Peer connections each has made so far: who was invited anew has another one. */
function connectionsOf({ people }: Meeting): Promise<number[]> {
  return Promise.all(people.map(({ page }) => page.evaluate(() => window.probe.connections())));
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

  it('is killed, every codec is decoded on', async (context) => {
    const codecs = ['VP8', 'VP9', 'H264', 'AV1'];
    const meeting = await Meeting.gathering(0, call, browser);
    for (const codec of codecs) await meeting.join({ ...settings, codec });
    await meeting.allSeeAndHear();
    const [first, ...others] = meeting.people;
    const ids = await Promise.all(meeting.people.map((viewer) => idOf(viewer)));
    const codecsSeen = async () => {
      const { tiles } = await first!.report();
      return tiles.filter(({ own }) => !own).map(({ codec }) => codec);
    };
    expect((await codecsSeen()).sort()).toEqual(codecs.slice(1).sort());
    await killWorkers('SIGKILL');
    const killedMs = performance.now();
    await seesEverybody(first!, others, 5);
    await context.annotate(`five frames of each after ${performance.now() - killedMs} ms`);
    await meeting.allSeeAndHear();
    expect((await codecsSeen()).sort()).toEqual(codecs.slice(1).sort());
    expect(await Promise.all(meeting.people.map((viewer) => idOf(viewer)))).toEqual(ids);
    expect(await connectionsOf(meeting)).toEqual(codecs.map(() => 1));
  });

  // Another worker takes the new connection, until the next one is there.
  it('is killed beside another one, a call in Chromium over TCP goes on', async (context) => {
    const meeting = await Meeting.of(2, call, browser, { ...settings, iceTransport: 'tcp' });
    const ids = await Promise.all(meeting.people.map((viewer) => idOf(viewer)));
    const [conference] = Object.values((await call.debug()).conferences);
    process.kill(call.workerPids[conference!.workers[0]!]!, 'SIGKILL');
    const killedMs = performance.now();
    await meeting.allSeeAndHear();
    await context.annotate(`all see and hear after ${performance.now() - killedMs} ms`);
    expect(call.logged('media worker died')).toHaveLength(1);
    expect(await Promise.all(meeting.people.map((viewer) => idOf(viewer)))).toEqual(ids);
    for (const viewer of meeting.people) expect((await viewer.report()).iceProtocol).toBe('tcp');
    expect(await connectionsOf(meeting)).toEqual([1, 1]);
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
