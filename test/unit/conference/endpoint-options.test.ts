import { describe, expect, it } from 'vitest';
import { err } from '../../../src/base/result.ts';
import type { ChannelEvent } from '../../../src/conference/channel-messages.ts';
import { ConferenceScene, updateCommand, videoOffer } from '../../support/conference-scene.ts';

describe('an endpoint', () => {
  it('is offered more by what is added, and exactly what was negotiated', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const update = async (settings: Parameters<typeof updateCommand>[1]) =>
      (await scene.execute({ endpoints: [updateCommand('a', settings)] })).ok;
    const offer = () => scene.media.endpoints.get('a')!.offer;
    expect(await update({ media: [videoOffer] })).toBe(true);
    expect(offer()).toBeUndefined(); // nothing new
    const extension = { id: 9, uri: 'x' };
    const more = { ...videoOffer, payloadTypes: [], headerExtensions: [extension] };
    expect(await update({ media: [more] })).toBe(true);
    expect(offer()).toEqual([
      { ...videoOffer, headerExtensions: [...videoOffer.headerExtensions, extension] },
    ]);
    expect(await update({ negotiated: [more] })).toBe(true);
    expect(offer()).toEqual([more]);
  });

  it('can be sent nothing of a kind', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('a');
    await scene.joinFully('b');
    const kinds = () => scene.media.endpoints.get('a')!.plan.streams.map(({ kind }) => kind);
    expect(kinds()).toEqual(['audio', 'video']);
    const receives = { audio: false, video: true };
    await scene.execute({ endpoints: [updateCommand('a', { receives })] });
    expect(kinds()).toEqual(['video']);
    await scene.execute({
      endpoints: [updateCommand('a', { receives: { audio: true, video: false } })],
    });
    expect(kinds()).toEqual(['audio']);
  });

  it('has a channel codec and a first height of its own', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('a');
    const said: ChannelEvent[] = [];
    const channelCodec = {
      decode: () => err('nothing is understood'),
      encode: (event: ChannelEvent) => {
        said.push(event);
        return event.type === 'connectivity' ? '{"type":"own words"}' : undefined;
      },
    };
    await scene.join('b', { channelCodec, initialMaxHeightPx: 180 });
    const link = scene.connect('b');
    scene.time.advance(16_000); // b never sent anything, and a not since
    expect(link.events).toContainEqual({ type: 'own words' });
    expect(said.map(({ type }) => type)).toContain('forwarded-sources');
    expect(new Set(link.events.map(({ type }) => type as string))).toEqual(new Set(['own words']));
    expect(scene.media.endpoints.get('b')!.plan.streams.map(({ kind }) => kind)).toContain('video');
  });

  it('is left to whoever created it, if that was said', async () => {
    const scene = new ConferenceScene();
    await scene.join('a', { expiresWhenSilent: false });
    await scene.join('b');
    scene.time.advance(300_000);
    expect([...scene.conference!.endpoints.keys()]).toEqual(['a']);
  });
});
