// Who is sent what of whom, and when that is decided anew.
import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import {
  camera,
  cameraLayers,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';

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

  it('is not told that it is sent what the engine cannot send it', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    scene.report({
      type: 'source-refused',
      endpointId: endpointId('b'),
      source: sourceName('a-v0'),
      reason: 'too many SSRCs',
    });
    expect(links['b']!.of('forwarded-sources').at(-1)!.sources).toEqual(['c-v0']);
    expect(scene.sent('c', 'video')).toEqual(['a-v0', 'b-v0']);
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
