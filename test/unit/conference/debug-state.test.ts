import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';

type Shown = Readonly<Record<string, Record<string, unknown> & { receivesVideo: object[] }>>;

describe('the debug state', () => {
  it('says why a source is sent as it is', async () => {
    const { scene, links, estimate } = await call('a', 'b', 'c', 'd');
    estimate('d', 700_000);
    scene.say('c', links['c']!, { type: 'video-type', source: undefined, videoType: 'none' });
    scene.say('d', links['d']!, {
      type: 'receiver-settings',
      update: {
        onStageSources: [sourceName('a-v0')],
        constraints: new Map([[sourceName('b-v0'), { maxHeight: 0, maxFrameRate: -1 }]]),
      },
    });
    const layer = { encoding: 1, spatial: 0, temporal: 2 };
    const source = sourceName('a-v0');
    scene.report({ type: 'forwarding', endpointId: endpointId('d'), source, layer });

    const [state] = scene.conferences.debugState({ full: true, endpointId: 'd' });
    const { d, a } = state!.endpoints as unknown as Shown;
    expect(a).toBeUndefined();
    expect(d).toMatchObject({ estimateBps: 700_000, targetBps: 500_000, channel: 'websocket' });
    expect(d!.receivesVideo).toMatchObject([
      { source: 'a-v0', limitedBy: 'bandwidth', sent: '1/0/2', target: { height: 360 } },
      { source: 'b-v0', limitedBy: 'constraint', target: undefined, sent: undefined },
      { source: 'c-v0', limitedBy: 'video-type' },
    ]);
  });

  it('says so when a source only lacks a channel or a slot', async () => {
    const { scene, links } = await call('a', 'b');
    const { channel } = scene.conference!.endpoints.get(endpointId('b'))!;
    channel.closed(links['b']!);
    await scene.joinFully('c');
    const obstacle = () => {
      const [state] = scene.conferences.debugState({ full: true });
      const { b } = state!.endpoints as unknown as Shown;
      return b!.receivesVideo;
    };
    expect(obstacle()).toMatchObject([
      { source: 'a-v0', limitedBy: 'none' },
      { limitedBy: 'no-channel' },
    ]);
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
      { id, meetingId: 'm-1', name: undefined, endpoints: { a: 'Ada-q1z' } },
    ]);
    expect(scene.conferences.debugState({ full: true, conferenceId: 'other' })).toEqual([]);
  });
});
