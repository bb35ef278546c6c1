import { describe, expect, it } from 'vitest';
import { MediaUnavailableError } from '../../../../src/conference/ports.ts';
import { createColibri1Rest } from '../../../../src/signaling/colibri1/colibri1-rest.ts';
import { allocation, Colibri1Scene, content, handleId } from '../../../support/colibri1-scene.ts';

const colibri = 'http://jitsi.org/protocol/colibri';

describe('a refusal (colibri1.md §2.8)', () => {
  it.each([
    ['an unknown conference', { id: 'ffff' }, 'bad-request', 'modify'],
    [
      'an unknown channel',
      { contents: [content('audio', { id: 'ffff' })] },
      'bad-request',
      'modify',
    ],
    [
      'a channel that expires without an id',
      { contents: [content('audio', { expireSeconds: 0 })] },
      'bad-request',
      'modify',
    ],
    [
      'a channel of another content',
      { contents: [content('video', { id: 'AUDIO' })] },
      'bad-request',
      'modify',
    ],
    [
      'an unknown sctpconnection',
      { contents: [{ ...content('data'), sctpConnections: [{ id: 'ffff', port: 5000 }] }] },
      'bad-request',
      'modify',
    ],
    [
      'an sctpconnection that expires without an id',
      {
        contents: [
          {
            ...content('data'),
            sctpConnections: [{ endpoint: 'a', expireSeconds: 0, port: 5000 }],
          },
        ],
      },
      'bad-request',
      'modify',
    ],
    [
      'a second channel of a kind',
      { contents: [content('audio', { endpoint: 'a', bundle: 'a' })] },
      'internal-server-error',
      'cancel',
    ],
    ['an unknown content', { contents: [content('text')] }, 'internal-server-error', 'cancel'],
    [
      'a channel in data',
      { contents: [content('data', { endpoint: 'z', bundle: 'z' })] },
      'internal-server-error',
      'cancel',
    ],
    [
      'a channel without a bundle',
      { contents: [content('audio', { endpoint: 'z' })] },
      'internal-server-error',
      'cancel',
    ],
    [
      'the bundle of another',
      { contents: [content('audio', { endpoint: 'z', bundle: 'a' })] },
      'internal-server-error',
      'cancel',
    ],
    [
      'a second bundle',
      { contents: [content('audio', { endpoint: 'a', bundle: 'z' })] },
      'internal-server-error',
      'cancel',
    ],
    [
      'an Octo channel',
      { contents: [content('audio', { octo: true })] },
      'internal-server-error',
      'cancel',
    ],
    [
      'a channel that is to move',
      { contents: [content('audio', { id: 'AUDIO', endpoint: 'z' })] },
      'internal-server-error',
      'cancel',
    ],
  ])('of %s changes nothing', async (_, asked, condition, errorType) => {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const audio = handleId(made, 'audio');
    const good = content('video', { endpoint: 'y', bundle: 'y' });
    const contents = ('contents' in asked ? asked.contents : []).map((item) => ({
      ...item,
      channels: item.channels.map((each) => (each.id === 'AUDIO' ? { ...each, id: audio } : each)),
    }));
    const reply = await scene.ask({ id: made.id!, ...asked, contents: [good, ...contents] });
    expect(reply).toMatchObject({ type: 'error', condition, errorType });
    expect([...scene.live(made.id!)!.endpoints.keys()]).toEqual(['a']);
    expect(scene.colibri1.describe(made.id!)!.endpoints).toHaveLength(1);
  });

  const text = (inner: string, attributes = '') =>
    `<conference xmlns="${colibri}" id="ID" ${attributes}><content name="audio">${inner}</content></conference>`;
  it.each([
    ['last-n that is no number', text('<channel last-n="x"/>')],
    ['an unknown relay type', text('<channel rtp-level-relay-type="magic"/>')],
    ['a negative expire', text('<channel expire="-5"/>')],
    ['a name that is no localpart', text('', 'name="a b"')],
    ['an endpoint without id', `<conference xmlns="${colibri}" id="ID"><endpoint/></conference>`],
  ])('of %s: it cannot be read', async (_, request) => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    const reply = await scene.ask(request.replace('ID', id!));
    expect(reply).toMatchObject({ condition: 'internal-server-error', errorType: 'cancel' });
  });

  it('of an sctpconnection without an endpoint changes nothing; XML drops it unread (§1.8)', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    const contents = [{ name: 'data', sctpconnections: [{ 'channel-bundle-id': 'z' }] }];
    expect(await createColibri1Rest(scene.colibri1).patch(id!, { contents })).toMatchObject({
      status: 400,
      body: { error: 'An sctpconnection needs an endpoint.' },
    });
    const xml = `<sctpconnection channel-bundle-id="z"/>`;
    const answer = await scene.done(
      `<conference xmlns="${colibri}" id="${id!}"><content name="data">${xml}</content></conference>`,
    );
    expect(answer.contents).toEqual([{ name: 'data', channels: [], sctpConnections: [] }]);
    expect([...scene.live(id!)!.endpoints.keys()]).toEqual(['a']);
  });

  it('is never bad-request where a conference would be created', async () => {
    const scene = new Colibri1Scene();
    for (const channel of [{ id: 'ffff' }, { expireSeconds: 0 }]) {
      const reply = await scene.ask({ contents: [content('audio', channel)] });
      expect(reply).toMatchObject({ condition: 'internal-server-error' });
    }
    expect(scene.colibri1.ids).toEqual([]);
  });

  it('marks a new conference while the bridge shuts down; others go on and are told', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    scene.shuttingDown = true;
    scene.conferences.setGracefulShutdown(true);
    expect(await scene.ask(allocation('b'))).toMatchObject({
      condition: 'service-unavailable',
      errorType: 'cancel',
      extensions: [{ name: 'graceful-shutdown', attrs: { xmlns: colibri } }],
    });
    expect((await scene.allocate('b', id)).gracefulShutdown).toBe(true);
  });

  it('is the bridge’s own trouble when no worker is there, and leaves no conference', async () => {
    const scene = new Colibri1Scene();
    scene.media.failWith = new MediaUnavailableError('none');
    expect(await scene.ask(allocation('a'))).toMatchObject({ condition: 'internal-server-error' });
    expect(scene.colibri1.ids).toEqual([]);
  });
});
