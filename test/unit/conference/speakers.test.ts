// allocation.md §3.1, bridge-channel.md §2.7; whom the worker finds dominant is its affair.
import { describe, expect, it } from 'vitest';
import { defaultConferenceConfig } from '../../../src/conference/conference-config.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';
import type { FakeLink } from '../../support/fake-channel.ts';

const told = (link: FakeLink) =>
  link.of('dominant-speaker').map(({ endpointId: id, silence }) => (silence ? `${id} silent` : id));

function voices(scene: ConferenceScene, ...ids: string[]): void {
  const levels = ids.map((id) => ({ endpointId: endpointId(id), dBov: -30 }));
  scene.report({ type: 'audio-levels', levels });
}

function chosen(scene: ConferenceScene, id: string): void {
  scene.report({ type: 'dominant-speaker', endpointId: endpointId(id) });
}

/** The worker lost whom it could compare with. */
function picked(scene: ConferenceScene, id: string): void {
  scene.report({ type: 'dominant-speaker', endpointId: endpointId(id), arbitrary: true });
}

describe('when the dominant speaker leaves', () => {
  async function afterLeave() {
    const { scene, links } = await call('a', 'b', 'c', 'd');
    for (const id of ['b', 'a']) chosen(scene, id);
    links['d']!.events.length = 0;
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
    return { scene, link: links['d']! };
  }

  it('the one before takes the place, whoever the worker picks among the silent', async () => {
    const { scene, link } = await afterLeave();
    picked(scene, 'c');
    expect(told(link)).toEqual(['b']);
  });

  it('the one the worker picked is believed once heard', async () => {
    const { scene, link } = await afterLeave();
    picked(scene, 'c');
    voices(scene, 'd');
    expect(told(link)).toEqual(['b']);
    scene.time.advance(20_000);
    voices(scene, 'd', 'c');
    expect(told(link)).toEqual(['b', 'c']);
    expect(scene.conferences.statistics().totals.dominantSpeakerChanges).toBe(3);
  });

  it('another choice takes the place of one that was not heard', async () => {
    const { scene, link } = await afterLeave();
    picked(scene, 'c');
    chosen(scene, 'd');
    voices(scene, 'c');
    expect(told(link)).toEqual(['b', 'd']);
  });

  it('nothing is left of a pick that leaves too', async () => {
    const { scene, link } = await afterLeave();
    picked(scene, 'c');
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    voices(scene, 'c');
    expect(told(link)).toEqual(['b']);
  });
});

it('the first pick of a conference is told, whether heard or not', async () => {
  const { scene, links } = await call('a', 'b');
  picked(scene, 'a');
  expect(told(links['b']!)).toEqual(['a']);
});

it('a worker that knows nobody yet changes nothing while its pick is silent', async () => {
  const { scene, links } = await call('a', 'b', 'c');
  chosen(scene, 'a');
  scene.time.advance(60_000);
  picked(scene, 'b');
  voices(scene, 'a');
  chosen(scene, 'a');
  voices(scene, 'b');
  expect(told(links['c']!)).toEqual(['a']);
});

describe('silence', () => {
  async function meeting(detect: boolean) {
    const scene = new ConferenceScene({ silence: { detect, timeoutMs: 3_000 } });
    const link = await scene.joinFully('a');
    return { scene, link };
  }

  it('is told after three seconds, and its end at once', async () => {
    const { scene, link } = await meeting(true);
    scene.time.advance(10_000);
    expect(told(link)).toEqual([]); // nobody has spoken yet
    chosen(scene, 'a');
    scene.time.advance(2_000);
    voices(scene, 'a');
    scene.time.advance(2_500);
    expect(told(link)).toEqual(['a']);
    scene.time.advance(1_000);
    expect(told(link)).toEqual(['a', 'a silent']);
    scene.report({ type: 'audio-levels', levels: [{ endpointId: endpointId('a'), dBov: -75 }] });
    scene.time.advance(10_000);
    expect(told(link)).toEqual(['a', 'a silent']);
    expect(told(scene.connect('a'))).toEqual(['a silent']);
    voices(scene, 'a');
    expect(scene.conference!.speakers.silent).toBe(false);
  });

  it('is not told unless the operator wants it', async () => {
    const { scene, link } = await meeting(defaultConferenceConfig.silence.detect);
    chosen(scene, 'a');
    scene.time.advance(60_000);
    voices(scene, 'a');
    expect(told(link)).toEqual(['a']);
  });
});
