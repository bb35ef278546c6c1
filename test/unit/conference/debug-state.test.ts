import { describe, expect, it } from 'vitest';
import type { AudioSubscription } from '../../../src/model/audio-subscription.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import type { Layer } from '../../../src/model/layer.ts';
import { call } from '../../support/conference-call.ts';
import {
  camera,
  cameraLayers,
  ConferenceScene,
  createCommand,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';

type Shown = {
  readonly source: string;
  readonly limitedBy: string;
  readonly why: string;
  readonly sinceSeconds?: number;
};
type Endpoint = {
  readonly receivesVideo: readonly Shown[];
  readonly receivesAudio: readonly Shown[];
  readonly history: readonly object[];
} & Readonly<Record<string, unknown>>;

function shown(scene: ConferenceScene, id: string): Endpoint {
  const [state] = scene.conferences.debugState({ full: true, endpointId: id });
  return (state!.endpoints as unknown as Record<string, Endpoint>)[id]!;
}

/** How the camera of `a` reaches `b`. */
function obstacle(scene: ConferenceScene): [string, string] {
  const { limitedBy, why } = shown(scene, 'b').receivesVideo.find(
    ({ source }) => source === 'a-v0',
  )!;
  return [limitedBy, why];
}

function leaves(scene: ConferenceScene, layer: Layer | undefined): void {
  const source = sourceName('a-v0');
  scene.report({ type: 'forwarding', endpointId: endpointId('b'), source, layer: layer?.index });
}

const [low, , middle, top] = [0, 3, 5, 8].map((at) => cameraLayers()[at]!);

describe('why a picture is not better', () => {
  async function two() {
    const played = await call('a', 'b');
    leaves(played.scene, top);
    return played;
  }

  it.each<[string, string, (played: Awaited<ReturnType<typeof two>>) => unknown]>([
    ['none', 'sent as well as it arrives', () => undefined],
    [
      'force-muted',
      'a moderator muted its owner’s video',
      ({ scene }) => {
        const forceMute = { audio: false, video: true };
        return scene.execute({ endpoints: [updateCommand('a', { forceMute })] });
      },
    ],
    ['sender-off', 'its owner turned it off', ({ setType }) => setType('a', 'none')],
    [
      'constraint',
      'the receiver does not want it',
      ({ scene, links }) => scene.want('b', links['b']!, 0),
    ],
    [
      'constraint',
      'the receiver wants no more than 180 px',
      ({ scene, links }) => {
        scene.want('b', links['b']!, 180);
        leaves(scene, cameraLayers()[2]);
      },
    ],
    [
      'last-n',
      'too far down the receiver’s list: last-n is 0, set by receiver',
      ({ scene, links }) => scene.say('b', links['b']!, { type: 'last-n', lastN: 0 }),
    ],
    [
      'last-n',
      'too far down the receiver’s list: last-n is 0, set by load',
      ({ scene }) => {
        scene.conferences.limitLastN(0);
        scene.time.advance(6_000);
      },
    ],
    [
      'bandwidth',
      'the link carries 400 kbit/s (estimate); 720 px at 30 would take 2000 kbit/s, 180 px at 30 takes 150 kbit/s',
      ({ scene, estimate }) => {
        estimate('b', 400_000);
        leaves(scene, cameraLayers()[2]);
      },
    ],
    [
      'bandwidth',
      'the link carries 10 kbit/s (estimate); 720 px at 30 would take 2000 kbit/s, and not even the lowest layer fits beside what comes first',
      ({ estimate }) => estimate('b', 10_000),
    ],
    [
      'refused',
      'the media worker refused it: the log has the reason',
      ({ scene }) =>
        scene.report({
          type: 'source-refused',
          endpointId: endpointId('b'),
          source: sourceName('a-v0'),
          reason: 'cap',
        }),
    ],
    [
      'not-connected',
      'the receiver’s ICE or DTLS is down',
      ({ scene }) =>
        scene.report({
          type: 'transport-state',
          endpointId: endpointId('b'),
          ice: 'disconnected',
          dtls: 'connected',
        }),
    ],
    [
      'codec-not-offered',
      'the receiver was not offered the codec it is sent in',
      ({ scene }) => codec(scene, 'AV1'),
    ],
    [
      'sender-silent',
      'nothing of it arrives; it is asked for 720 px',
      ({ scene }) => scene.reportLayers('a-v0', []),
    ],
    [
      'codec-change',
      'its sender changed the codec: a key frame is awaited',
      ({ scene }) => {
        for (const name of ['H264', 'VP8']) codec(scene, name);
        leaves(scene, undefined);
      },
    ],
    [
      'keyframe',
      'a key frame of 720 px at 30 is awaited; nothing leaves until then',
      ({ scene }) => {
        for (const name of ['H264', 'VP8']) codec(scene, name);
        leaves(scene, undefined);
        scene.time.advance(5_000);
      },
    ],
    [
      'keyframe',
      'a key frame of 720 px at 30 is awaited; 360 px leave until then',
      ({ scene }) => leaves(scene, middle),
    ],
    [
      'sender-low',
      'its owner sends 360 px at 30 at best; it is asked for 720 px',
      ({ scene }) => {
        scene.reportLayers('a-v0', cameraLayers().slice(0, 6));
        leaves(scene, middle);
      },
    ],
    [
      'none',
      'sent as well as it arrives',
      ({ scene, links }) => {
        scene.want('b', links['b']!, 100_000);
      },
    ],
  ])('%s: %s', async (limitedBy, why, happens) => {
    const played = await two();
    await happens(played);
    expect(obstacle(played.scene)).toEqual([limitedBy, why]);
  });

  function codec(scene: ConferenceScene, name: string): void {
    const source = sourceName('a-v0');
    scene.report({ type: 'codec', endpointId: endpointId('a'), source, codec: name });
  }

  it('not-asked: a client that has not spoken', async () => {
    const { scene } = await call('a');
    await scene.join('b');
    expect(obstacle(scene)).toEqual(['not-asked', 'the receiver has not said yet what it wants']);
  });

  it('no-channel, no-ssrc-slot: nothing may leave that the client does not know', async () => {
    const scene = new ConferenceScene({ ssrcLimit: { audio: 0, video: 50 } });
    await scene.joinFully('a');
    const link = await scene.joinFully('b');
    expect(shown(scene, 'b').receivesAudio).toMatchObject([{ limitedBy: 'no-ssrc-slot' }]);
    scene.conference!.endpoints.get(endpointId('b'))!.channel.closed(link);
    await scene.joinFully('c');
    expect(shown(scene, 'b').receivesVideo.map(({ limitedBy }) => limitedBy)).toEqual([
      'keyframe',
      'no-channel',
    ]);
  });
});

describe('the history of a receiver', () => {
  it('says what it was before, and since when it is as it is', async () => {
    const { scene, estimate } = await call('a', 'b');
    scene.time.advance(1_000);
    leaves(scene, top);
    scene.time.advance(1_000);
    estimate('b', 400_000);
    scene.time.advance(200);
    leaves(scene, cameraLayers()[2]);
    scene.time.advance(3_000);
    const { history, receivesVideo } = shown(scene, 'b');
    expect(receivesVideo[0]).toMatchObject({ limitedBy: 'bandwidth', sinceSeconds: 3 });
    const source = 'a-v0';
    const wantedMaxHeight = 720;
    expect(history.slice(-3)).toEqual([
      {
        secondsAgo: 4.2,
        source,
        wantedMaxHeight,
        allowedHeight: 720,
        sentHeight: 720,
        limitedBy: 'none',
      },
      {
        secondsAgo: 3.2,
        source,
        wantedMaxHeight,
        allowedHeight: 180,
        sentHeight: 720,
        limitedBy: 'bandwidth',
      },
      {
        secondsAgo: 3,
        source,
        wantedMaxHeight,
        allowedHeight: 180,
        sentHeight: 180,
        limitedBy: 'bandwidth',
      },
    ]);
  });

  it('has an end', async () => {
    const { scene } = await call('a', 'b');
    for (let i = 0; i < 100; i += 1) leaves(scene, i % 2 === 0 ? low : top);
    expect(shown(scene, 'b').history).toHaveLength(64);
  });

  it('keeps one entry of what is not wanted any more', async () => {
    const { scene, links } = await call('a', 'b');
    const before = shown(scene, 'b').history.length;
    scene.want('b', links['b']!, 0);
    scene.time.advance(60_000);
    expect(shown(scene, 'b').history).toHaveLength(before + 1);
    expect(shown(scene, 'b').receivesVideo[0]!.sinceSeconds).toBeUndefined();
  });
});

describe('why somebody is not heard', () => {
  const subscription = (wish: Partial<AudioSubscription>): AudioSubscription => ({
    all: true,
    include: new Set(),
    exclude: new Set(),
    ...wish,
  });

  it.each<[string, (played: Awaited<ReturnType<typeof call>>) => unknown]>([
    ['none', () => undefined],
    [
      'force-muted',
      ({ scene }) => {
        const forceMute = { audio: true, video: false };
        return scene.execute({ endpoints: [updateCommand('a', { forceMute })] });
      },
    ],
    [
      'sender-silent',
      ({ scene }) => {
        const sources = [{ ...microphone('a', 'a-a1'), name: sourceName('a-a0') }];
        return scene.execute({ endpoints: [updateCommand('a', { sources })] });
      },
    ],
    [
      'excluded',
      ({ scene, links }) =>
        scene.say('b', links['b']!, {
          type: 'audio-subscription',
          subscription: subscription({ exclude: new Set([sourceName('a-a0')]) }),
        }),
    ],
    [
      'not-subscribed',
      ({ scene, links }) =>
        scene.say('b', links['b']!, {
          type: 'audio-subscription',
          subscription: subscription({ all: false }),
        }),
    ],
    [
      'refused',
      ({ scene }) =>
        scene.report({
          type: 'source-refused',
          endpointId: endpointId('b'),
          source: sourceName('a-a0'),
          reason: 'cap',
        }),
    ],
    [
      'not-connected',
      ({ scene }) =>
        scene.report({
          type: 'transport-state',
          endpointId: endpointId('b'),
          ice: 'connected',
          dtls: 'failed',
        }),
    ],
  ])('%s', async (limitedBy, happens) => {
    const played = await call('a', 'b');
    await happens(played);
    expect(shown(played.scene, 'b').receivesAudio).toMatchObject([{ source: 'a-a0', limitedBy }]);
  });

  it('not-heard, synthetic', async () => {
    const loudest = { routeLoudestOnly: true, numLoudest: 1, alwaysRouteDominant: true };
    const scene = new ConferenceScene({
      loudest: { ...loudest, energyExpireMs: 150, energyAlphaPct: 50 },
    });
    const voice = { ...microphone('a', 'a-a0.fr'), synthetic: true };
    await scene.joinFully('a', 720, { sources: [microphone('a'), camera('a'), voice] });
    const source = voice.name;
    scene.report({ type: 'codec', endpointId: endpointId('a'), source, codec: 'opus' });
    await scene.joinFully('b');
    expect(shown(scene, 'b').receivesAudio.map(({ limitedBy }) => limitedBy)).toEqual([
      'not-heard',
      'synthetic',
    ]);
  });
});

describe('the debug state', () => {
  it('says what a receiver’s numbers rest on', async () => {
    const { scene, links, estimate } = await call('a', 'b');
    expect(shown(scene, 'b')['bandwidth']).toEqual({ basis: 'no-estimate' });
    estimate('b', 700_000);
    scene.say('b', links['b']!, { type: 'last-n', lastN: 5 });
    expect(shown(scene, 'b')).toMatchObject({
      bandwidth: { availableBps: 700_000, basis: 'estimate' },
      lastN: { lastN: 5, setBy: 'receiver' },
      channel: 'websocket',
    });
    await scene.execute({ endpoints: [createCommand('c', { media: [] })] });
    expect(shown(scene, 'c')['bandwidth']).toEqual({ basis: 'no-rtx' });
  });

  it('keeps every secret, and survives JSON', async () => {
    const { scene } = await call('a', 'b');
    const text = JSON.stringify(scene.conferences.debugState({ full: true }));
    for (const { password } of scene.conference!.endpoints.values()) {
      expect(text).not.toContain(password);
    }
    expect(text).not.toMatch(/pwd|ufrag|password/i);
    expect(JSON.parse(text)).toMatchObject([{ meetingId: 'm-1' }]);
  });

  it('is short unless asked, and empty for what does not exist', async () => {
    const scene = new ConferenceScene();
    await scene.join('a', { statsId: 'Ada-q1z' });
    const { id } = scene.conference!.identity;
    expect(scene.conferences.debugState({ full: false, conferenceId: id })).toEqual([
      { id, meetingId: 'm-1', name: undefined, rtcstats: true, endpoints: { a: 'Ada-q1z' } },
    ]);
    expect(scene.conferences.debugState({ full: true, conferenceId: 'other' })).toEqual([]);
  });
});
