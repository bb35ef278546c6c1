import { describe, expect, it } from 'vitest';
import { ssrc } from '../../../../src/model/ids.ts';
import {
  allocation,
  Colibri1Scene,
  content,
  focusJid,
  handleId,
} from '../../../support/colibri1-scene.ts';

const colibri = 'http://jitsi.org/protocol/colibri';

describe('an allocation', () => {
  it('is answered with everything Jicofo takes from it', async () => {
    const scene = new Colibri1Scene();
    const answer = await scene.allocate('3fa91c07');
    expect(answer.id).toMatch(/^[0-9a-f]{16}$/);
    expect(answer.name).toBe('standup');
    expect(answer.gid).toBeUndefined();
    const { feedbackSsrcs } = scene.live(answer.id!)!;
    const common = { endpoint: '3fa91c07', bundle: '3fa91c07', initiator: true, expireSeconds: 60 };
    expect(answer.contents).toMatchObject([
      {
        name: 'audio',
        channels: [
          { ...common, relayType: 'translator', sources: [{ ssrc: feedbackSsrcs.audio }] },
        ],
      },
      {
        name: 'video',
        channels: [{ ...common, lastN: -1, sources: [{ ssrc: feedbackSsrcs.video }] }],
      },
      { name: 'data', sctpConnections: [{ ...common, port: 5000 }] },
    ]);
    expect(answer.bundles).toMatchObject([
      {
        id: '3fa91c07',
        transport: { credentials: { ufrag: 'u', pwd: 'p' }, webSocketUrls: [/^wss:/] },
      },
    ]);
    expect(answer.endpoints).toEqual([{ id: '3fa91c07', statsId: '3fa91c07-stats' }]);
    expect(scene.media.endpoints.get('3fa91c07')!.options).toMatchObject({
      sctp: true,
      opensChannel: true,
      media: [{ kind: 'audio' }, { kind: 'video' }],
    });
    // The stub of a transport says nothing yet.
    expect(scene.media.endpoints.get('3fa91c07')!.remote?.fingerprints).toEqual([]);
  });

  it('adds a second participant while the first is still connecting', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    const second = await scene.allocate('b', id);
    expect(second.bundles.map((bundle) => bundle.id)).toEqual(['b']);
    expect(second.endpoints.map((endpoint) => endpoint.id)).toEqual(['a', 'b']);
    expect(scene.live(id!)!.endpoints.size).toBe(2);
  });

  it('may name several endpoints at once, and all of them are made or none', async () => {
    const scene = new Colibri1Scene();
    const channels = ['a', 'b'].map((endpoint) => ({ endpoint, bundle: endpoint }));
    const answer = await scene.done({ contents: [content('audio', ...channels)] });
    expect(answer.endpoints).toHaveLength(2);
    const more = [...channels, { endpoint: 'c', bundle: 'c' }];
    await expect(
      scene.done({ id: answer.id!, contents: [content('audio', ...more)] }),
    ).rejects.toThrow('already');
    expect(scene.live(answer.id!)!.endpoints.size).toBe(2);
  });

  it('may make a conference without anybody, which is used afterwards', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.done({ name: 'standup' });
    expect(scene.live(id!)).toBeUndefined();
    expect((await scene.allocate('a', id)).endpoints).toHaveLength(1);
  });
});

describe('an update', () => {
  const wholeUpdate = `
    <conference xmlns="${colibri}" id="ID" gid="ff3a71" name="standup">
      <content name="audio"><channel id="AUDIO">
        <payload-type id="111" name="opus" clockrate="48000" channels="2"/>
        <rtp-hdrext id="1" uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level"/>
        <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="301420017">
          <parameter name="cname" value="x"/>
          <ssrc-info xmlns="http://jitsi.org/jitmeet" owner="standup@c.example.net/a"/>
        </source>
      </channel></content>
      <content name="video"><channel id="VIDEO">
        <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="1001"/>
        <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="1002"/>
        <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="1011"/>
        <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="1012"/>
        <ssrc-group xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" semantics="SIM"><source ssrc="1001"/><source ssrc="1002"/></ssrc-group>
        <ssrc-group xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" semantics="FID"><source ssrc="1001"/><source ssrc="1011"/></ssrc-group>
        <ssrc-group xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" semantics="FID"><source ssrc="1002"/><source ssrc="1012"/></ssrc-group>
      </channel></content>
      <channel-bundle id="a"><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="pX4s" pwd="m0a9Zl2vQ8yR5tW3nB7kD1eF">
        <rtcp-mux/>
        <fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="active" required="false">DC:FA</fingerprint>
      </transport></channel-bundle>
    </conference>`;

  async function updated() {
    const scene = new Colibri1Scene();
    const made = await scene.allocate('a');
    const ids = { audio: handleId(made, 'audio'), video: handleId(made, 'video') };
    const answer = await scene.done(
      wholeUpdate.replace('ID', made.id!).replace('AUDIO', ids.audio).replace('VIDEO', ids.video),
    );
    return { scene, id: made.id!, ids, answer };
  }

  const videoOf = (scene: Colibri1Scene) =>
    scene.media.endpoints
      .get('a')!
      .reception!.sources.filter(({ kind }) => kind === 'video')
      .map(({ name, encodings }) => [name, encodings]);

  it('takes what a client answered, by channel id alone', async () => {
    const { scene, answer } = await updated();
    const media = scene.media.endpoints.get('a')!;
    expect(media.remote).toMatchObject({
      credentials: { ufrag: 'pX4s' },
      fingerprints: [{ hash: 'sha-256', value: 'DC:FA', setup: 'active' }],
    });
    expect(media.reception!.sources).toEqual([
      {
        name: 'a-a0',
        kind: 'audio',
        encodings: [{ ssrc: 301420017 }],
        videoType: 'camera',
        synthetic: false,
      },
      {
        name: 'a-v0',
        kind: 'video',
        encodings: [
          { ssrc: 1001, rtx: 1011 },
          { ssrc: 1002, rtx: 1012 },
        ],
        videoType: 'camera',
        synthetic: false,
      },
    ]);
    // Audio was described anew and is now just that; nothing was said of video.
    const [audio, video] = media.offer!;
    expect(audio).toMatchObject({ kind: 'audio', headerExtensions: [{ id: 1 }] });
    expect(video!.payloadTypes.map(({ id }) => id)).toEqual([100, 96]);
    expect(answer.contents.map(({ name }) => name)).toEqual(['audio', 'video']);
    expect(answer.contents[1]!.channels[0]!.ssrcs).toEqual([1001, 1002, 1011, 1012]);
    expect(answer.bundles).toHaveLength(1);
  });

  it('replaces sources, clears them, and leaves them alone when it names none', async () => {
    const { scene, id, ids } = await updated();
    const video = (channel: object) =>
      scene.done({ id, contents: [content('video', { id: ids.video, ...channel })] });
    await video({});
    expect(videoOf(scene)).toHaveLength(1);
    // A lone source with an empty SIM group: no simulcast any more.
    await video({
      sources: [{ ssrc: ssrc(5001), screen: true }],
      groups: [{ semantics: 'SIM', ssrcs: [] }],
    });
    expect(videoOf(scene)).toEqual([['a-v0', [{ ssrc: 5001 }]]]);
    await video({
      sources: [
        { ssrc: ssrc(5001), screen: true },
        { ssrc: ssrc(6001), screen: false },
      ],
    });
    expect(videoOf(scene).map(([name]) => name)).toEqual(['a-v0', 'a-v1']);
    // What is left keeps its name.
    await video({ sources: [{ ssrc: ssrc(6001), screen: false }] });
    expect(videoOf(scene)).toEqual([['a-v1', [{ ssrc: 6001 }]]]);
    // Groups without sources: tracks are built anew of the same SSRCs.
    await video({ groups: [{ semantics: 'FID', ssrcs: [ssrc(6001), ssrc(6002)] }] });
    expect(videoOf(scene)).toEqual([['a-v1', [{ ssrc: 6001, rtx: 6002 }]]]);
    const cleared = await video({
      sources: [{ screen: false }],
      groups: [{ semantics: 'SIM', ssrcs: [] }],
    });
    expect(videoOf(scene)).toEqual([]);
    expect(cleared.contents[0]!.channels[0]!.ssrcs).toEqual([]);
    expect(scene.media.endpoints.get('a')!.reception!.sources).toHaveLength(1); // the microphone
  });

  it('mutes with sendonly, withholds with recvonly, and lifts both when nothing is said', async () => {
    const { scene, id, ids } = await updated();
    const media = scene.media.endpoints.get('a')!;
    const receives = () => [...scene.live(id)!.endpoints.values()][0]!.receiver.receives;
    const audio = (channel: object) =>
      scene.done({ id, contents: [content('audio', { id: ids.audio, ...channel })] });
    const answer = await audio({ direction: 'sendonly' });
    expect(answer.contents[0]!.channels[0]!.direction).toBe('sendonly');
    expect(media.reception!.muted).toEqual({ audio: true, video: false });
    await audio({ direction: 'recvonly' });
    expect(media.reception!.muted).toEqual({ audio: false, video: false });
    expect(receives()).toEqual({ audio: false, video: true });
    await audio({ direction: 'inactive' });
    expect([media.reception!.muted.audio, receives().audio]).toEqual([true, false]);
    await audio({});
    expect([media.reception!.muted.audio, receives().audio]).toEqual([false, true]);
  });

  it('limits last-n on video and ignores it on audio', async () => {
    const { scene, id, ids } = await updated();
    const lastN = () => [...scene.live(id)!.endpoints.values()][0]!.receiver.wishes.settings.lastN;
    await scene.done({ id, contents: [content('audio', { id: ids.audio, lastN: 2 })] });
    expect(lastN()).toBe(-1);
    const answer = await scene.done({
      id,
      contents: [content('video', { id: ids.video, lastN: 4 })],
    });
    expect(lastN()).toBe(4);
    expect(answer.contents[0]!.channels[0]!.lastN).toBe(4);
  });

  it('names an endpoint, and takes a display name away that is not repeated', async () => {
    const { scene, id } = await updated();
    const named = await scene.done({
      id,
      endpoints: [{ id: 'a', displayName: 'Ada' }, { id: 'b' }],
    });
    expect(named.endpoints).toEqual([{ id: 'a', displayName: 'Ada', statsId: 'a-stats' }]);
    const again = await scene.done({ id, endpoints: [{ id: 'a', statsId: 'x' }] });
    expect(again.endpoints).toEqual([{ id: 'a', statsId: 'x' }]);
  });
});

describe('a conference', () => {
  it('is that of the full JID that made it', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    const later = focusJid.replace('focus1', 'focus2');
    expect(await scene.ask({ id: id! }, later)).toMatchObject({ condition: 'bad-request' });
    expect((await scene.done({ id: id! })).endpoints).toHaveLength(1);
  });

  it('is gone when its media is lost, so that Jicofo makes another', async () => {
    const scene = new Colibri1Scene();
    const { id } = await scene.allocate('a');
    scene.media.report({ type: 'lost', reason: 'worker died' });
    expect(await scene.ask(allocation('b', id))).toMatchObject({ condition: 'bad-request' });
    expect(scene.colibri1.ids).toEqual([]);
  });

  it('does its requests in the order in which they came', async () => {
    const scene = new Colibri1Scene();
    const open = scene.media.hold();
    const creating = scene.ask(allocation('a'));
    const id = scene.colibri1.ids[0]!;
    const others = ['b', 'c'].map((endpoint) => scene.ask(allocation(endpoint, id)));
    open();
    expect((await creating).type).toBe('result');
    for (const reply of await Promise.all(others)) expect(reply.type).toBe('result');
    expect([...scene.live(id)!.endpoints.keys()]).toEqual(['a', 'b', 'c']);
  });
});
