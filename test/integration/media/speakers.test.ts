// Who is dominant, by the worker's ears and the model's order.
import { beforeEach, expect, it } from 'vitest';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import type { FakeLink } from '../../support/fake-channel.ts';
import { until } from '../../support/until.ts';
import { died, kill } from './call-fixture.ts';
import { DecidedCall } from './decided-call.ts';
import { microphone, startPlane } from './media-fixture.ts';

const ada = endpointId('ada');
const bob = endpointId('bob');
const eve = endpointId('eve');
const SILENT_DBOV = -127;
/** Words and the pauses between them, 100 ms each: a tone that does not change is taken for noise. */
const SPEECH_DBOV = [-20, -25, -18, -90, -22, -30, -90, -90];

let plane: MediasoupPlane;
let call: DecidedCall;
let link: FakeLink;
let speaker: AudioFlow;
let other: AudioFlow;
/** From the first word to the announcement, in the speaker's packets of 20 ms. */
let toldAfter: number;

/** Bob has spoken, between two who were silent. */
beforeEach(async () => {
  plane = await startPlane();
  call = new DecidedCall(plane);
  await join(ada, 1001);
  speaker = await join(bob, 2001);
  other = await join(eve, 3001);
  link = call.wantVideo(eve, 0);
  const before = speaker.sent;
  const hush = speak(speaker);
  await until(() => (call.dominant === bob ? undefined : `${call.dominant} is dominant`));
  toldAfter = speaker.sent - before;
  hush();
});

async function join(id: typeof ada, ssrc: number): Promise<AudioFlow> {
  const client = await call.join(id, [microphone(id, ssrc)]);
  const flow = new AudioFlow({ client, ssrc, levelDbov: SILENT_DBOV });
  atTheEnd(() => flow.stop());
  return flow;
}

/** @returns ends it */
function speak(flow: AudioFlow): () => void {
  let place = 0;
  const next = () => flow.setLevel(SPEECH_DBOV[place++ % SPEECH_DBOV.length]!);
  next();
  const timer = setInterval(next, 100);
  const hush = () => {
    clearInterval(timer);
    flow.setLevel(SILENT_DBOV);
  };
  atTheEnd(hush);
  return hush;
}

const told = () => new Set(link.of('dominant-speaker').map((event) => event.endpointId));

/** So many packets of the speaker: the time as it passes for those who send. */
async function packets(count: number): Promise<void> {
  const end = speaker.sent + count;
  await until(() => (speaker.sent >= end ? undefined : `${end - speaker.sent} packets to come`));
}

it('who begins to speak among the silent is told within two seconds', () => {
  expect(told()).toContain(bob);
  expect(toldAfter).toBeLessThan(100);
});

it('who speaks after another is told as soon, with the order of those before', async () => {
  await packets(50); // a pause
  const before = speaker.sent;
  speak(other);
  await until(() => (call.dominant === eve ? undefined : `${call.dominant} is dominant`));
  expect(speaker.sent - before).toBeLessThan(100);
  const { endpointId: id, previous } = link.of('dominant-speaker').at(-1)!;
  expect([id, previous[0]]).toEqual([eve, bob]);
});

it('who only coughs while another speaks does not take over', async () => {
  link.events.length = 0;
  speak(speaker);
  await packets(50);
  for (let cough = 0; cough < 3; cough += 1) {
    other.setLevel(-10);
    await packets(5);
    other.setLevel(SILENT_DBOV);
    await packets(45);
  }
  expect([call.dominant, ...told()]).toEqual([bob]);
});

it('nobody silent takes over when the worker that hears them is another one', async () => {
  link.events.length = 0;
  kill(plane, 0, 'SIGKILL');
  await died(plane, 1);
  await packets(250);
  expect([call.dominant, ...told()]).toEqual([bob]);
});

it('nobody silent takes over when the speaker goes on without a microphone', async () => {
  link.events.length = 0;
  await call.update(bob, { sources: [] });
  await packets(100);
  expect([call.dominant, ...told()]).toEqual([bob]);
});
