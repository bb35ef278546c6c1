import { describe, expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { camera, ConferenceScene } from '../../support/conference-scene.ts';

describe('a call of two', () => {
  it('forwards each the other, with the maps announced before the plan', async () => {
    const scene = new ConferenceScene();
    const a = await scene.joinFully('a');
    const b = await scene.joinFully('b');

    expect(scene.sent('a', 'video')).toEqual(['b-v0']);
    expect(scene.sent('a', 'audio')).toEqual(['b-a0']);
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
    const [stream] = scene.media.endpoints.get('b')!.plan.streams.filter((s) => s.kind === 'video');
    const mapping = b.of('video-sources-map').flatMap((event) => event.mappings);
    expect(mapping).toEqual([
      { source: 'a-v0', owner: 'a', ssrc: stream!.ssrc, rtx: stream!.rtx, videoType: 'camera' },
    ]);
    expect(stream!.ssrc).not.toBe(camera('a').encodings[0]!.ssrc);
    expect(b.of('forwarded-sources').at(-1)!.sources).toEqual(['a-v0']);
    expect(a.of('sender-constraints').at(-1)).toMatchObject({ source: 'a-v0', maxHeight: 720 });
  });

  it('sends a receiver without rewriting the SSRCs that were signalled', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('a');
    await scene.joinFully('b', 720, { ssrcRewriting: false });
    const [primary] = camera('a').encodings;
    const streams = scene.media.endpoints.get('b')!.plan.streams;
    expect(streams.find((s) => s.kind === 'video')).toMatchObject(primary!);
  });

  it('ends with its last endpoint', async () => {
    const scene = new ConferenceScene();
    const a = await scene.joinFully('a');
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
    expect(scene.conferences.count).toBe(0);
    expect(a.closedWith).toBe('1001 endpoint closed');
    expect(scene.media.conferences[0]!.closed).toBe(true);
    expect(scene.media.endpoints.get('a')!.closed).toBe(true);
  });
});
