import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { launchChromium, Participant } from './support/chromium.ts';
import { DemoCall } from './support/demo-call.ts';
import {
  allTalk,
  hearsEverybody,
  idOf,
  seesEverybody,
  type Viewer,
} from './support/expectations.ts';
import { FirefoxParticipant, firefoxToneHz } from './support/firefox.ts';
import { Meeting } from './support/meeting.ts';

const settings = { channel: 'sctp' };
const chromiumToneHz = 400;

let call: DemoCall;
let browser: Browser;

// A bridge each: workers that die twice within seconds take their calls along.
beforeEach(async () => {
  call = await DemoCall.start('trestle.workers = 2\n');
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
function connectionsOf(people: readonly Viewer[]): Promise<number[]> {
  return Promise.all(people.map((viewer) => viewer.connections()));
}

function expectNobodyLost(): void {
  const lines = call.logged('calls go on with another media worker');
  expect(lines.map((line) => line['endpointsLost'])).toEqual([0]);
}

describe('when its worker', () => {
  it.each([
    ['is killed', 'SIGKILL', 'ws'],
    ['hangs', 'SIGSTOP', 'ws'],
    ['is killed', 'SIGKILL', 'sctp'],
    ['hangs', 'SIGSTOP', 'sctp'],
  ] as const)(
    '%s (%s), a call in Chromium with a bridge channel over %s goes on without a new invitation',
    async (_name, signal, channel) => {
      const meeting = await Meeting.of(2, call, browser, { channel });
      const { people } = meeting;
      const ids = await Promise.all(people.map((viewer) => idOf(viewer)));
      if (channel === 'sctp') await allTalk(people, ['before']);
      await killWorkers(signal);
      await meeting.allSeeAndHear();
      if (channel === 'sctp') await allTalk(people, ['before', 'after']);
      expect(await Promise.all(people.map((viewer) => idOf(viewer)))).toEqual(ids);
      expect(await connectionsOf(people)).toEqual([1, 1]);
      expectNobodyLost();
    },
  );

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
    expect(await connectionsOf(meeting.people)).toEqual(codecs.map(() => 1));
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
    expect(await connectionsOf(meeting.people)).toEqual([1, 1]);
  });

  it.each(['ws', 'sctp'])('is killed, a Firefox and a Chromium go on (%s)', async (channel) => {
    const fox = await FirefoxParticipant.join(
      'Fox',
      call.url('mixed', { name: 'Fox', sound: 'microphone', channel }),
    );
    try {
      const ada = await Participant.join(
        browser,
        'Ada',
        call.url('mixed', { name: 'Ada', tone: chromiumToneHz, volume: 0.2, channel }),
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
      if (channel === 'sctp') await allTalk([fox, ada], ['before']);
      const connections = await connectionsOf([fox, ada]);
      await killWorkers('SIGKILL');
      await everybodyIsThere();
      if (channel === 'sctp') await allTalk([fox, ada], ['before', 'after']);
      expectNobodyLost();
      expect(await connectionsOf([fox, ada])).toEqual(connections);
      await ada.leave();
      expect(ada.errors).toEqual([]);
    } finally {
      await fox.leave();
    }
  });
});
