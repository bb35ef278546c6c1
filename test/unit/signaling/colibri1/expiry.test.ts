import { describe, expect, it } from 'vitest';
import { endpointId } from '../../../../src/model/ids.ts';
import { allocation, Colibri1Scene, content, handleId } from '../../../support/colibri1-scene.ts';

describe('expire="0"', () => {
  it('closes channels, known and already gone, and the endpoint with its last one', async () => {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const id = made.id!;
    await scene.allocate('b', id);
    const [audio, video, data] = ['audio', 'video', 'data'].map((kind) => handleId(made, kind));
    const gone = { expireSeconds: 0 };
    const first = await scene.done({ id, contents: [content('audio', { ...gone, id: audio! })] });
    expect(first.contents).toEqual([{ name: 'audio', channels: [], sctpConnections: [] }]);
    expect(first.endpoints).toHaveLength(2);
    const contents = [
      content('audio', { ...gone, id: audio! }),
      content('video', { ...gone, id: video! }, { ...gone, id: 'ffff' }),
      { name: 'data', channels: [], sctpConnections: [{ ...gone, id: data!, port: 5000 }] },
    ];
    const last = await scene.done({ id, contents });
    expect(last.contents.map(({ name }) => name)).toEqual(['audio', 'video', 'data']);
    expect(last.endpoints.map((endpoint) => endpoint.id)).toEqual(['b']);
    expect([...scene.live(id)!.endpoints.keys()]).toEqual(['b']);
  });

  it('leaves an empty conference usable for a minute, and no longer', async () => {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const id = made.id!;
    const leave = async (answer: typeof made) => {
      const closed = (kind: string) => ({ id: handleId(answer, kind), expireSeconds: 0 });
      await scene.done({
        id,
        contents: [
          content('audio', closed('audio')),
          content('video', closed('video')),
          { name: 'data', channels: [], sctpConnections: [{ ...closed('data'), port: 5000 }] },
        ],
      });
    };
    await leave(made);
    expect(scene.live(id)).toBeUndefined();
    await scene.pass(55_000);
    const second = await scene.allocate('b', id);
    expect(second.endpoints.map((endpoint) => endpoint.id)).toEqual(['b']);
    await leave(second);
    await scene.pass(66_000);
    expect(await scene.ask({ id })).toMatchObject({ condition: 'bad-request' });
    expect(scene.colibri1.ids).toEqual([]);
  });
});

describe('silence', () => {
  const active = (scene: Colibri1Scene, id: string) =>
    scene.media.report({ type: 'activity', endpointId: endpointId(id) });

  it('closes channels after their time, counted from the last sign of life or request', async () => {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const id = made.id!;
    await scene.allocate('b', id, 20);
    const here = () => [...(scene.live(id)?.endpoints.keys() ?? [])];
    await scene.pass(15_000);
    active(scene, 'b');
    await scene.pass(15_000);
    expect(here()).toEqual(['a', 'b']);
    await scene.pass(10_000);
    expect(here()).toEqual(['a']); // b: 25 s after its last packet
    await scene.done({ id, contents: [content('audio', { id: handleId(made, 'audio') })] });
    await scene.pass(30_000);
    // Video and data of a were last named 70 s ago, audio 30 s ago.
    expect(here()).toEqual(['a']);
    expect(scene.colibri1.describe(id)!.contents.map(({ name }) => name)).toEqual(['audio']);
    await scene.pass(35_000);
    expect(here()).toEqual([]);
    expect(scene.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leaves a client that only keeps its path open', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    for (let passed = 0; passed < 300; passed += 30) {
      active(scene, 'a');
      await scene.pass(30_000);
    }
    expect(scene.live(id!)!.endpoints.size).toBe(1);
  });

  it('takes another time for a channel that says so', async () => {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const id = made.id!;
    const audio = { id: handleId(made, 'audio'), expireSeconds: 300 };
    const answer = await scene.done({ id, contents: [content('audio', audio)] });
    expect(answer.contents[0]!.channels[0]!.expireSeconds).toBe(300);
    await scene.pass(250_000);
    expect(scene.colibri1.describe(id)!.contents.map(({ name }) => name)).toEqual(['audio']);
    await scene.pass(60_000);
    expect(scene.live(id)).toBeUndefined();
  });

  it('leaves an endpoint whose ICE failed to the conference', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    await scene.allocate('b', id);
    scene.media.report({
      type: 'transport-state',
      endpointId: endpointId('b'),
      ice: 'failed',
      dtls: 'connected',
    });
    await scene.pass(60_000);
    scene.media.report({ type: 'activity', endpointId: endpointId('a') });
    expect((await scene.done({ id: id! })).endpoints.map((each) => each.id)).toEqual(['a']);
  });

  /** As the media plane does for those whom a dead worker took with it. */
  const lost = (scene: Colibri1Scene, id: string) =>
    scene.media.report({
      type: 'transport-state',
      endpointId: endpointId(id),
      ice: 'failed',
      dtls: 'failed',
    });

  it.each(['at once', 'later'])(
    'for ever of everybody ends the conference, so that the focus invites all again: asked %s',
    async (when) => {
      const scene = new Colibri1Scene();
      const { id } = await scene.allocate('a');
      await scene.allocate('b', id);
      lost(scene, 'a');
      lost(scene, 'b');
      if (when === 'later') await scene.pass(70_000);
      // Also one who comes new: the others would not be invited again otherwise.
      expect(await scene.ask(allocation('c', id))).toMatchObject({ condition: 'bad-request' });
      expect(scene.colibri1.ids).toEqual([]);
      expect((await scene.allocate('a')).endpoints).toHaveLength(1);
    },
  );
});
