// What a worker that dies again and again leaves behind: nothing, and a call that goes on.
import { readFileSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { skipIfSanitized } from '../../support/rtp/bare-worker.ts';
import { until } from '../../support/until.ts';
import { AUDIO, VIDEO, died, expectOneStream, goesOn, kill, openCall } from './call-fixture.ts';
import { Talker } from './channel-fixture.ts';
import { mediaOptions, recordingLogger } from './media-fixture.ts';

const deaths = 100;
/** Until pools are filled. */
const warmUps = 40;
/** What leaks grows in each of them; what the test runner takes for once does not. */
const windows = 3;
const windowDeaths = (deaths - warmUps) / windows;
/** What the test's own camera keeps is no growth. */
const historyPackets = 10;

let plane: MediasoupPlane | undefined;
afterEach(() => plane?.close());

setFlagsFromString('--expose_gc');
// Compiled code is on the heap too, and is made for a minute.
setFlagsFromString('--no-opt');
setFlagsFromString('--no-sparkplug');
const collectGarbage = runInNewContext('gc') as () => void;

/** Processes of ours, with the letter of their state (proc(5)); Z is one that nobody waited for. */
function children(): string[] {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ');
  return pids
    .filter(Boolean)
    .map((pid) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.charAt(0) ?? '?');
}

const counted = ['descriptors', 'memoryFiles', 'mapped', 'handles'] as const;

/** What could grow. */
function holdings() {
  collectGarbage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    memoryFiles: readdirSync('/dev/shm').filter((name) => name.startsWith('trestle-')).length,
    mapped: readFileSync('/proc/self/maps', 'latin1')
      .split('\n')
      .filter((line) => line.includes('trestle-')).length,
    handles: process.getActiveResourcesInfo().length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

it(`leaves nothing behind after ${deaths} deaths in a row, and the call goes on`, async (context) => {
  skipIfSanitized(context);
  const warnings: Error[] = [];
  const heed = (warning: Error) => warnings.push(warning);
  process.on('warning', heed);
  const log = recordingLogger();
  // None of these deaths is held against the call, or delays the next worker.
  const restarts = { stableMs: 0 };
  plane = await MediasoupPlane.start(mediaOptions({ restarts }), log);
  const call = await openCall(plane, { historyPackets, dataChannel: true });
  const people = [call.alice, call.bob];
  const talkers = await Promise.all(people.map((who) => Talker.of(call.conference, who)));
  const wentOn = () => log.lines.filter(({ message }) => message.startsWith('calls go on')).length;
  const endured: ReturnType<typeof holdings>[] = [];
  for (let times = 1; times <= deaths; times += 1) {
    kill(plane, 0, 'SIGKILL');
    await died(plane, times);
    await until(() => (wentOn() === 1 ? undefined : JSON.stringify(log.lines)));
    const talks = talkers.map((talker) => talker.talk(`after death ${times}`));
    await Promise.all([goesOn(call.bob, 2), ...talks]);
    for (const ssrc of [AUDIO, VIDEO]) expectOneStream(call.bob, ssrc, 3);
    expect(call.conference.eventsOf('lost')).toEqual([]);
    for (const { client } of people)
      for (const kept of [client.received, client.feedback, client.messages]) kept.length = 0;
    call.conference.events.length = 0;
    log.lines.length = 0;
    endured.push(holdings());
  }
  const heapAfter = (death: number) => endured[death - 1]!.heapBytes;
  const growths = Array.from({ length: windows }, (_, place) => {
    const start = warmUps + place * windowDeaths;
    return (heapAfter(start + windowDeaths) - heapAfter(start)) / windowDeaths;
  });
  const growth = Math.min(...growths);
  await context.annotate(
    `heap: ${(growth / 1024).toFixed(1)} KiB a death; ${JSON.stringify(endured.at(-1))}`,
  );
  // A transport with its streams is thirty times that in Node.
  expect(growth).toBeLessThan(1024);
  const before = endured[warmUps - 1]!;
  await until(() => {
    const now = holdings();
    const grew = counted.some((what) => now[what] > before[what]);
    return grew ? `${JSON.stringify(now)} after ${JSON.stringify(before)}` : undefined;
  });
  expect(children()).toHaveLength(1);
  expect(children()).not.toContain('Z');
  expect(warnings).toEqual([]);
  process.off('warning', heed);
  call.close();
}, 180_000);
