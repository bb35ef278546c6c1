// Receivers that are sent SSRCs of ours (bridge-channel.md §3).
import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';

const height = (maxHeight: number) => ({ maxHeight, maxFrameRate: -1 });

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
