// Who is sent what of whom, when that is decided anew, and what senders are told.
import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import type { VideoType } from '../../../src/model/source.ts';
import {
  camera,
  cameraLayers,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';
import type { FakeLink } from '../../support/fake-channel.ts';

const height = (maxHeight: number) => ({ maxHeight, maxFrameRate: -1 });

async function call(...ids: string[]) {
  const scene = new ConferenceScene();
  const links: Record<string, FakeLink> = {};
  for (const id of ids) links[id] = await scene.joinFully(id);
  const setType = (id: string, videoType: VideoType) =>
    scene.say(id, links[id]!, { type: 'video-type', source: undefined, videoType });
  const estimate = (id: string, availableBps: number) =>
    scene.report({ type: 'estimate', endpointId: endpointId(id), availableBps });
  const videoOf = (id: string) =>
    scene.media.endpoints.get(id)!.plan.streams.find(({ kind }) => kind === 'video');
  return { scene, links, setType, estimate, videoOf };
}

describe('a receiver', () => {
  it('gets no video before it said what it wants', async () => {
    const { scene } = await call('a');
    await scene.join('b');
    scene.connect('b');
    expect(scene.sent('b', 'video')).toEqual([]);
    expect(scene.sent('b', 'audio')).toEqual(['a-a0']);
  });

  it('gets thumbnails if its first word leaves the default open', async () => {
    const { scene, videoOf } = await call('a');
    await scene.join('b');
    const b = scene.connect('b');
    scene.say('b', b, { type: 'receiver-settings', update: { lastN: -1 } });
    expect(videoOf('b')!.layer).toEqual({ encoding: 0, spatial: 0, temporal: 2 });
  });

  it('has said nothing yet with last-n alone', async () => {
    const { scene } = await call('a');
    await scene.join('b');
    const b = scene.connect('b');
    scene.say('b', b, { type: 'last-n', lastN: 5 });
    expect(scene.sent('b', 'video')).toEqual([]);
  });

  it('keeps its own last-n against a later one of the focus', async () => {
    const { scene, links } = await call('a', 'b');
    scene.say('b', links['b']!, { type: 'receiver-settings', update: { lastN: 0 } });
    await scene.execute({ endpoints: [updateCommand('b', { initialLastN: 20 })] });
    expect(scene.sent('b', 'video')).toEqual([]);
  });

  it('obeys the last-n of the focus until then', async () => {
    const { scene } = await call('a');
    await scene.join('b', { initialLastN: 0 });
    const b = scene.connect('b');
    scene.want('b', b, 720);
    expect(scene.sent('b', 'video')).toEqual([]);
  });

  it('loses a muted camera at once, and gets it back at once without a new map', async () => {
    const { scene, links, setType } = await call('a', 'b');
    const maps = links['b']!.of('video-sources-map').length;
    setType('a', 'none');
    expect(scene.sent('b', 'video')).toEqual([]);
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual([]);
    expect(links['a']!.of('sender-constraints').at(-1)).toMatchObject({ maxHeight: 0 });
    setType('a', 'camera');
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual(['a-v0']);
    expect(links['a']!.of('sender-constraints').at(-1)).toMatchObject({ maxHeight: 720 });
    expect(links['b']!.of('video-sources-map')).toHaveLength(maps);
  });

  it('gets nothing of what is force-muted', async () => {
    const { scene } = await call('a', 'b');
    const mute = (audio: boolean, video: boolean) =>
      scene.execute({ endpoints: [updateCommand('a', { forceMute: { audio, video } })] });
    await mute(true, false);
    expect([scene.sent('b', 'audio'), scene.sent('b', 'video')]).toEqual([[], ['a-v0']]);
    await mute(true, true);
    expect([scene.sent('b', 'audio'), scene.sent('b', 'video')]).toEqual([[], []]);
    await mute(false, false);
    expect([scene.sent('b', 'audio'), scene.sent('b', 'video')]).toEqual([['a-a0'], ['a-v0']]);
  });

  it('remembers a video type that came before its source', async () => {
    const { scene, links, setType } = await call('b');
    await scene.join('a');
    links['a'] = scene.connect('a');
    setType('a', 'none');
    await scene.execute({ endpoints: [updateCommand('a', { sources: [camera('a')] })] });
    expect(scene.sent('b', 'video')).toEqual([]);
    setType('a', 'camera');
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
  });

  it('gets a source from its signalling on, before its first packet', async () => {
    const { scene, videoOf } = await call('b');
    await scene.join('a', { sources: [camera('a'), microphone('a')] });
    expect(videoOf('b')).toMatchObject({ source: 'a-v0', layer: { encoding: 2 } });
    expect(scene.sent('b', 'audio')).toEqual([]);
  });

  it('is told nothing and sent nothing of a source the engine refused, until it is signalled anew', async () => {
    const { scene, links } = await call('a', 'b');
    scene.report({
      type: 'source-refused',
      endpointId: endpointId('a'),
      source: sourceName('a-v0'),
      reason: 'too many SSRCs',
    });
    expect(scene.sent('b', 'video')).toEqual([]);
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual([]);
    const sources = [microphone('a'), camera('a')];
    await scene.execute({ endpoints: [updateCommand('a', { sources })] });
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
  });

  it('gets nothing more of an endpoint that left', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
    expect(scene.sent('b', 'video')).toEqual(['c-v0']);
    expect(scene.sent('b', 'audio')).toEqual(['c-a0']);
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual(['c-v0']);
  });
});

describe('bandwidth', () => {
  it('counts only once there is an estimate, and a change of more than 15 %', async () => {
    const { estimate, videoOf } = await call('a', 'b');
    expect(videoOf('b')!.layer!.encoding).toBe(2);
    estimate('b', 600_000);
    expect(videoOf('b')!.layer!.encoding).toBe(1);
    estimate('b', 510_001);
    estimate('b', 500_000 * 0.99);
    expect(videoOf('b')!.layer!.encoding).toBe(0);
  });

  it('is not measured by changes within 15 %', async () => {
    const { estimate, videoOf } = await call('a', 'b');
    estimate('b', 510_000);
    expect(videoOf('b')!.layer!.encoding).toBe(1);
    estimate('b', 440_000);
    expect(videoOf('b')!.layer!.encoding).toBe(1);
  });

  it('means nothing for a receiver that was not offered retransmission', async () => {
    const { scene, estimate, videoOf } = await call('a');
    await scene.joinFully('b', 720, { media: [] });
    estimate('b', 100_000);
    expect(videoOf('b')!.layer!.encoding).toBe(2);
  });

  it('is distributed anew every 5 s, with the rates of then', async () => {
    const { scene, estimate, videoOf } = await call('a', 'b');
    estimate('b', 600_000);
    const dearer = cameraLayers().map((layer) => ({ ...layer, bitrateBps: layer.bitrateBps * 2 }));
    scene.reportLayers('a-v0', dearer);
    expect(videoOf('b')!.layer!.encoding).toBe(1);
    scene.time.advance(5_500);
    expect(videoOf('b')!.layer!.encoding).toBe(0);
  });

  it('is distributed anew at once when a layer starts or ceases', async () => {
    const { scene, videoOf } = await call('a', 'b');
    const upTo = (encodings: number) =>
      cameraLayers().map((layer) =>
        layer.index.encoding < encodings ? layer : { ...layer, bitrateBps: 0 },
      );
    scene.reportLayers('a-v0', upTo(1));
    expect(videoOf('b')!.layer!.encoding).toBe(0);
    scene.reportLayers('a-v0', upTo(3));
    expect(videoOf('b')!.layer!.encoding).toBe(2);
  });

  it('is kept for a source that pauses, at the layer it will start with', async () => {
    const { scene, links, videoOf } = await call('a', 'b');
    scene.reportLayers('a-v0', []);
    expect(videoOf('b')!.layer!.encoding).toBe(2);
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual(['a-v0']);
  });

  it('may be assumed by a receiver only where the bridge allows it', async () => {
    const assume = async (limit: number | undefined) => {
      const scene = new ConferenceScene({
        estimate: {
          trustBwe: true,
          changeThreshold: 0.15,
          initialIgnorePeriodMs: 0,
          assumedBandwidthLimitBps: limit,
        },
      });
      await scene.joinFully('a');
      const b = await scene.joinFully('b');
      scene.say('b', b, { type: 'receiver-settings', update: { assumedBandwidthBps: 600_000 } });
      return scene.media.endpoints.get('b')!.plan.streams.at(-1)!.layer!.encoding;
    };
    expect(await assume(undefined)).toBe(2);
    expect(await assume(1_000_000)).toBe(1);
    expect(await assume(200_000)).toBe(0);
  });

  it('is reported to the client every 10 s', async () => {
    const { scene, links, estimate } = await call('a', 'b');
    estimate('b', 1_234_567);
    scene.time.advance(20_500);
    expect(links['b']!.of('connection-stats')).toEqual([
      { type: 'connection-stats', estimatedDownlinkBps: 1_234_567 },
      { type: 'connection-stats', estimatedDownlinkBps: 1_234_567 },
    ]);
    expect(links['a']!.of('connection-stats')).toEqual([]);
  });
});

describe('speakers', () => {
  it('come first within last-n', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    scene.say('c', links['c']!, { type: 'receiver-settings', update: { lastN: 1 } });
    expect(scene.sent('c', 'video')).toEqual(['a-v0']);
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('b') });
    expect(scene.sent('c', 'video')).toEqual(['b-v0']);
    expect(links['a']!.of('dominant-speaker')).toEqual([
      { type: 'dominant-speaker', endpointId: 'b', previous: [], silence: false },
    ]);
  });

  it('are announced once each time, with the former ones', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    for (const id of ['a', 'b', 'b', 'c'])
      scene.report({ type: 'dominant-speaker', endpointId: endpointId(id) });
    expect(
      links['a']!.of('dominant-speaker').map(({ endpointId: id, previous }) => [id, ...previous]),
    ).toEqual([['a'], ['b', 'a'], ['c', 'b', 'a']]);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    expect(links['a']!.of('dominant-speaker').at(-1)).toMatchObject({
      endpointId: 'b',
      previous: ['a'],
    });
    expect(scene.conferences.statistics().totals.dominantSpeakerChanges).toBe(3);
  });

  it('are never visitors', async () => {
    const { scene, links } = await call('a');
    await scene.join('v', { visitor: true });
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('v') });
    expect(links['a']!.of('dominant-speaker')).toEqual([]);
  });
});

describe('senders', () => {
  it('hear the greatest wish of all receivers, no limit above all, and 0 when nobody is left', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    const told = () => links['a']!.of('sender-constraints').map(({ maxHeight }) => maxHeight);
    links['a']!.events.length = 0;
    scene.want('b', links['b']!, 180);
    expect(told()).toEqual([]);
    scene.want('c', links['c']!, 360);
    scene.want('b', links['b']!, -1);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('b') }] });
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    expect(told()).toEqual([360, -1, 360, 0]);
  });

  it('hear nothing while they are alone, then 0 from one who has not spoken yet', async () => {
    const { scene, links } = await call('a');
    expect(links['a']!.of('sender-constraints')).toEqual([]);
    await scene.join('b');
    expect(links['a']!.of('sender-constraints')).toEqual([
      { type: 'sender-constraints', source: 'a-v0', maxHeight: 0 },
    ]);
  });

  it('hear of a source again that was taken back and signalled anew', async () => {
    const { scene, links } = await call('a', 'b');
    await scene.execute({ endpoints: [updateCommand('a', { sources: [] })] });
    links['a']!.events.length = 0;
    await scene.execute({ endpoints: [updateCommand('a', { sources: [camera('a')] })] });
    expect(links['a']!.of('sender-constraints')).toEqual([
      { type: 'sender-constraints', source: 'a-v0', maxHeight: 720 },
    ]);
  });

  it('are not told to send less because somebody lacks bandwidth', async () => {
    const { links, estimate } = await call('a', 'b');
    estimate('b', 50_000);
    expect(links['a']!.of('sender-constraints').at(-1)).toMatchObject({ maxHeight: 720 });
  });
});

describe('audio', () => {
  it('starts with the first packet of a source, after its map', async () => {
    const { scene, links } = await call('b');
    await scene.join('a', { sources: [microphone('a')] });
    expect(links['b']!.of('audio-sources-map')).toEqual([]);
    const source = sourceName('a-a0');
    scene.report({ type: 'codec', endpointId: endpointId('a'), source, codec: 'opus' });
    const [mapping] = links['b']!.of('audio-sources-map').flatMap(({ mappings }) => mappings);
    const [stream] = scene.media.endpoints.get('b')!.plan.streams;
    expect(mapping).toEqual({ source: 'a-a0', owner: 'a', ssrc: stream!.ssrc });
    expect(stream).not.toHaveProperty('rtx');
    expect(stream).not.toHaveProperty('layer');
  });

  it('follows the subscription, in which exclusion wins and synthetic voices are only by name', async () => {
    const { scene, links } = await call('a', 'c', 'b');
    const voice = { ...microphone('a', 'a-a0.fr'), synthetic: true };
    const sources = [microphone('a'), camera('a'), voice];
    await scene.execute({ endpoints: [updateCommand('a', { sources })] });
    const codec = { type: 'codec', endpointId: endpointId('a'), codec: 'opus' } as const;
    scene.report({ ...codec, source: voice.name });
    const hear = (all: boolean, include: string[], exclude: string[]) => {
      const set = (names: string[]) => new Set(names.map(sourceName));
      const subscription = { all, include: set(include), exclude: set(exclude) };
      scene.say('b', links['b']!, { type: 'audio-subscription', subscription });
      return scene.sent('b', 'audio');
    };
    expect(scene.sent('b', 'audio')).toEqual(['a-a0', 'c-a0']);
    expect(hear(false, [], [])).toEqual([]);
    expect(hear(false, ['c-a0'], [])).toEqual(['c-a0']);
    expect(hear(true, ['a-a0.fr'], ['a-a0'])).toEqual(['a-a0.fr', 'c-a0']);
    expect(hear(true, ['c-a0'], ['c-a0'])).toEqual(['a-a0']);
  });

  it('of a large conference is that of the 20 who were heard last', async () => {
    const scene = new ConferenceScene();
    const ids = Array.from({ length: 22 }, (_, at) => `e${at}`);
    for (const id of ids) {
      await scene.join(id, { sources: [microphone(id)], ssrcRewriting: id !== 'e21' });
      const source = sourceName(`${id}-a0`);
      scene.report({ type: 'codec', endpointId: endpointId(id), source, codec: 'opus' });
    }
    expect(scene.sent('e21', 'audio')).toEqual([]);
    const heard = (id: string, dBov = -30) =>
      scene.report({ type: 'audio-levels', levels: [{ endpointId: endpointId(id), dBov }] });
    heard('e0', -90);
    expect(scene.sent('e21', 'audio')).toEqual([]);
    for (const id of ids.slice(0, 20)) heard(id);
    expect(scene.sent('e21', 'audio')).toHaveLength(20);
    heard('e0');
    heard('e20');
    const sent = scene.sent('e21', 'audio');
    expect(sent).toHaveLength(20);
    expect(sent).toContain('e20-a0');
    expect(sent).toContain('e0-a0');
    expect(sent).not.toContain('e1-a0');
    // Two go, and it is no large conference any more.
    for (const id of ['e5', 'e6']) {
      await scene.execute({ endpoints: [{ type: 'expire', id: endpointId(id) }] });
    }
    expect(scene.sent('e21', 'audio')).toHaveLength(19);
  });
});

describe('SSRC rewriting', () => {
  it('sends nothing before a channel could be told of it, then map and plan together', async () => {
    const { scene } = await call('a');
    await scene.join('b');
    expect(scene.media.endpoints.get('b')!.plan.streams).toEqual([]);
    const b = scene.connect('b');
    expect(b.of('audio-sources-map').flatMap(({ mappings }) => mappings)).toHaveLength(1);
    expect(scene.sent('b', 'audio')).toEqual(['a-a0']);
  });

  it('goes on over a channel that dropped, but adds nothing until it is back', async () => {
    const { scene, links } = await call('a', 'b');
    scene.conference!.endpoints.get(endpointId('b'))!.channel.closed(links['b']!);
    await scene.joinFully('c');
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
    const again = scene.connect('b');
    expect(scene.sent('b', 'video')).toEqual(['a-v0', 'c-v0']);
    expect(again.of('video-sources-map').flatMap(({ mappings }) => mappings)).toHaveLength(2);
  });

  it('carries MIDs where they were negotiated', async () => {
    const { scene } = await call('a');
    const b = await scene.joinFully('b', 720, { midDemux: true });
    const mids = scene.media.endpoints.get('b')!.plan.streams.map(({ mid }) => mid);
    expect(mids).toEqual(['a0', 'v0']);
    expect(b.of('video-sources-map')[0]!.mappings[0]!.mid).toBe('v0');
    expect(scene.media.endpoints.get('a')!.plan.streams.every((stream) => !('mid' in stream))).toBe(
      true,
    );
  });

  it('prepares what is not wanted now, so that wanting it needs no new map', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    scene.say('c', links['c']!, { type: 'receiver-settings', update: { lastN: 1 } });
    links['c']!.events.length = 0;
    scene.say('c', links['c']!, { type: 'receiver-settings', update: { lastN: 2 } });
    expect(scene.sent('c', 'video')).toEqual(['a-v0', 'b-v0']);
    expect(links['c']!.of('video-sources-map')).toEqual([]);
  });

  it('reuses slots when they run out, not before 5 s, and forwards meanwhile what has one', async () => {
    const scene = new ConferenceScene({ ssrcLimit: { audio: 50, video: 1 } });
    await scene.joinFully('a');
    await scene.joinFully('b');
    const c = await scene.joinFully('c', 0);
    const want = (source: string) =>
      scene.say('c', c, {
        type: 'receiver-settings',
        update: { constraints: new Map([[sourceName(source), height(720)]]) },
      });
    want('a-v0');
    const [first] = c.of('video-sources-map').flatMap(({ mappings }) => mappings);
    expect(first!.source).toBe('a-v0');
    want('b-v0');
    expect(scene.sent('c', 'video')).toEqual([]);
    expect(c.of('forwarded-sources').at(-1)!.sources).toEqual([]);
    scene.time.advance(4_000);
    expect(scene.sent('c', 'video')).toEqual([]);
    scene.time.advance(1_500);
    expect(scene.sent('c', 'video')).toEqual(['b-v0']);
    const second = c.of('video-sources-map').flatMap(({ mappings }) => mappings)[1]!;
    expect(second).toMatchObject({ source: 'b-v0', ssrc: first!.ssrc, rtx: first!.rtx });
  });

  it('gives the slots of an endpoint that left to others after 5 s, and no map to it', async () => {
    const { scene, links } = await call('a', 'b');
    const ssrcOf = () => scene.media.endpoints.get('b')!.plan.streams.map(({ ssrc }) => ssrc);
    const former = ssrcOf();
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
    await scene.joinFully('c');
    const fresh = ssrcOf();
    expect(fresh.some((ssrc) => former.includes(ssrc))).toBe(false);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    scene.time.advance(5_000);
    await scene.joinFully('d');
    expect(ssrcOf()).toEqual(former);
    const owners = links['b']!.of('video-sources-map').flatMap(({ mappings }) => mappings);
    expect(owners.map(({ owner }) => owner)).toEqual(['a', 'c', 'd']);
  });
});
