// The bridge channel: who gets in, which link is used, what is said (bridge-channel.md §1, §2).
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/conference/conference-config.ts';
import { equalInConstantTime } from '../../../src/conference/admit-channel.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { camera, ConferenceScene, microphone } from '../../support/conference-scene.ts';
import { FakeLink } from '../../support/fake-channel.ts';

const ping = { type: 'endpoint-message', to: undefined, message: { hi: 1 } } as const;

describe('the gate', () => {
  it('admits only the right password of an endpoint of the conference', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const conferenceId = scene.conference!.identity.id;
    const { password } = scene.conference!.endpoints.get(endpointId('a'))!;
    const admit = (request: object) =>
      scene.conferences.admit({ conferenceId, endpointId: 'a', password, ...request });
    expect(admit({})).toBeDefined();
    expect(admit({ conferenceId: '0123456789abcdef' })).toBeUndefined();
    expect(admit({ endpointId: 'b' })).toBeUndefined();
    expect(admit({ endpointId: 'nobody' })).toBeUndefined();
    for (const wrong of ['', password.slice(1), `${password}x`, password.toLowerCase() + 'x']) {
      expect(admit({ password: wrong })).toBeUndefined();
    }
  });

  it('closes a socket whose endpoint went while it opened', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const { password } = scene.conference!.endpoints.get(endpointId('a'))!;
    const conferenceId = scene.conference!.identity.id;
    const receiver = scene.conferences.admit({ conferenceId, endpointId: 'a', password })!;
    await scene.execute({ expire: true });
    const link = new FakeLink();
    receiver.opened(link);
    expect(link.closedWith).toBe('1001 endpoint closed');
    expect(link.events).toEqual([]);
  });

  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'ab', false],
    ['abc', 'abcd', false],
    ['abc', '', false],
  ])('compares %s with %s: %s', (secret, attempt, equal) => {
    expect(equalInConstantTime(secret, attempt)).toBe(equal);
  });
});

describe('which link is used', () => {
  const sctp = (scene: ConferenceScene, link: FakeLink) =>
    scene.report({ type: 'channel-open', endpointId: endpointId('a'), link });

  it('may open once more after its queue was full: it stays, and the state is replayed', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('b');
    await scene.join('a');
    const channel = new FakeLink('sctp');
    sctp(scene, channel);
    scene.want('a', channel, 180);
    channel.open = false;
    await scene.joinFully('c');
    expect(scene.sent('a', 'video')).toEqual(['b-v0']); // the map of c's was not heard
    channel.open = true;
    channel.events.length = 0;
    sctp(scene, channel);
    expect(channel.closedWith).toBeUndefined();
    expect(scene.sent('a', 'video')).toEqual(['b-v0', 'c-v0']);
    expect(channel.of('video-sources-map').at(0)?.mappings).toHaveLength(2);
    expect(channel.of('forwarded-sources').at(-1)?.sources).toEqual(['b-v0', 'c-v0']);
  });

  it('is the one the last message came by, while it is open', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const socket = scene.connect('a');
    const channel = new FakeLink('sctp');
    sctp(scene, channel);
    const b = scene.connect('b');
    const receivedBy = () => {
      const before = [socket.events.length, channel.events.length];
      scene.say('b', b, ping);
      return socket.events.length > before[0]!
        ? 'websocket'
        : channel.events.length > before[1]!
          ? 'sctp'
          : 'none';
    };
    scene.say('a', channel, { type: 'hello' });
    expect(receivedBy()).toBe('sctp');
    scene.say('a', socket, { type: 'hello' });
    expect(receivedBy()).toBe('websocket');
    scene.conference!.endpoints.get(endpointId('a'))!.channel.closed(socket);
    expect(receivedBy()).toBe('sctp');
    scene.report({ type: 'channel-closed', endpointId: endpointId('a'), link: channel });
    expect(receivedBy()).toBe('none');
  });

  it('greets a WebSocket with a hello, an SCTP channel only when asked', async () => {
    const scene = new ConferenceScene({ announcedVersion: '1.2' });
    await scene.join('a');
    const socket = scene.connect('a');
    const channel = new FakeLink('sctp');
    sctp(scene, channel);
    expect(socket.events[0]).toEqual({ type: 'hello', version: '1.2' });
    expect(channel.of('hello')).toEqual([]);
    const text = scene.codec.write({ type: 'hello' });
    scene.report({ type: 'channel-message', endpointId: endpointId('a'), link: channel, text });
    expect(channel.of('hello')).toHaveLength(1);
  });

  it('replaces a socket by a newer one and hears the former no more', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const former = scene.connect('a');
    const newer = scene.connect('a');
    const b = scene.connect('b');
    expect(former.closedWith).toBe('1000 replaced');
    scene.say('a', former, ping);
    expect(b.of('endpoint-message')).toEqual([]);
    scene.conference!.endpoints.get(endpointId('a'))!.channel.closed(former);
    scene.say('a', newer, ping);
    expect(b.of('endpoint-message')).toHaveLength(1);
    expect(newer.open).toBe(true);
  });
});

describe('a channel that opens', () => {
  it('is brought up to date', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('a');
    const b = await scene.joinFully('b');
    await scene.join('silent');
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('a') });
    scene.time.advance(15_500);
    scene.report({ type: 'activity', endpointId: endpointId('a') });
    scene.report({ type: 'activity', endpointId: endpointId('b') });
    scene.time.advance(500);
    scene.conference!.endpoints.get(endpointId('b'))!.channel.closed(b);

    const again = scene.connect('b');
    expect(again.events.map(({ type }) => type)).toEqual([
      'hello',
      'sender-constraints',
      'forwarded-sources',
      'video-sources-map',
      'audio-sources-map',
      'connectivity',
      'dominant-speaker',
    ]);
    expect(again.of('sender-constraints')).toEqual([
      { type: 'sender-constraints', source: 'b-v0', maxHeight: 720 },
    ]);
    expect(again.of('forwarded-sources')[0]!.sources).toEqual(['a-v0']);
    expect(again.of('video-sources-map')).toEqual(b.of('video-sources-map'));
    expect(again.of('connectivity')).toEqual([
      { type: 'connectivity', endpointId: 'silent', active: false },
    ]);
    expect(again.of('dominant-speaker')).toMatchObject([{ endpointId: 'a', previous: [] }]);
  });

  it('gets an empty list of forwarded sources rather than none', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    expect(scene.connect('a').of('forwarded-sources')).toEqual([
      { type: 'forwarded-sources', sources: [] },
    ]);
  });
});

describe('messages of endpoints', () => {
  async function four() {
    const scene = new ConferenceScene();
    for (const id of ['a', 'b', 'c']) await scene.join(id);
    await scene.join('v', { visitor: true });
    const links = Object.fromEntries(['a', 'b', 'c', 'v'].map((id) => [id, scene.connect(id)]));
    const receivers = (type: 'endpoint-message' | 'endpoint-stats') =>
      Object.keys(links).filter((id) => links[id]!.of(type).length > 0);
    return { scene, links, receivers };
  }

  it('go to everybody else, visitors too, with the sender the bridge knows', async () => {
    const { scene, links, receivers } = await four();
    scene.say('a', links['a']!, ping);
    expect(receivers('endpoint-message')).toEqual(['b', 'c', 'v']);
    expect(links['b']!.of('endpoint-message')).toEqual([
      { type: 'endpoint-message', from: 'a', message: { hi: 1 } },
    ]);
  });

  it('go to one, or to nobody who is not there', async () => {
    const { scene, links, receivers } = await four();
    scene.say('a', links['a']!, { ...ping, to: endpointId('nobody') });
    expect(receivers('endpoint-message')).toEqual([]);
    scene.say('a', links['a']!, { ...ping, to: endpointId('c') });
    expect(receivers('endpoint-message')).toEqual(['c']);
  });

  it('of visitors go nowhere', async () => {
    const { scene, links, receivers } = await four();
    scene.say('v', links['v']!, ping);
    scene.say('v', links['v']!, { type: 'endpoint-stats', message: {} });
    expect(receivers('endpoint-message')).toEqual([]);
    expect(receivers('endpoint-stats')).toEqual([]);
  });

  it('about statistics go to everybody else in a small conference', async () => {
    const { scene, links, receivers } = await four();
    scene.say('a', links['a']!, { type: 'endpoint-stats', message: { jvbRTT: 5 } });
    expect(receivers('endpoint-stats')).toEqual(['b', 'c', 'v']);
  });

  it('about statistics go in a large one to who can see or hear the sender', async () => {
    const scene = new ConferenceScene({ statsFilterThreshold: 3 });
    for (const id of ['a', 'sees', 'selects', 'neither']) {
      await scene.join(id, { sources: [camera(id)] });
    }
    const links = new Map(
      ['a', 'sees', 'selects', 'neither'].map((id) => [id, scene.connect(id)] as const),
    );
    scene.want('sees', links.get('sees')!, 180);
    const update = {
      defaultConstraints: { maxHeight: 0, maxFrameRate: -1 },
      selectedSources: [sourceName('a-v0')],
    };
    scene.say('selects', links.get('selects')!, { type: 'receiver-settings', update });
    const receivers = () => {
      for (const link of links.values()) link.events.length = 0;
      scene.say('a', links.get('a')!, { type: 'endpoint-stats', message: {} });
      return [...links.keys()].filter((id) => links.get(id)!.of('endpoint-stats').length > 0);
    };
    expect(receivers()).toEqual(['sees', 'selects']);
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('a') });
    expect(receivers()).toEqual(['sees', 'selects', 'neither']);
  });
});

describe('a client that sends too much', () => {
  it('is heard up to a rate; the rest is dropped and counted, with one warning', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const a = scene.connect('a');
    const b = scene.connect('b');
    const flood = limits.messageBurst + 50;
    for (let sent = 0; sent < flood; sent += 1) scene.say('a', a, ping);
    expect(b.of('endpoint-message')).toHaveLength(limits.messageBurst);
    expect(scene.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    const { channel } = scene.conference!.endpoints.get(endpointId('a'))!;
    expect(channel.dropped).toBe(50);
    scene.time.advance(1000);
    for (let sent = 0; sent < flood; sent += 1) scene.say('a', a, ping);
    expect(b.of('endpoint-message')).toHaveLength(limits.messageBurst + limits.messagesPerSecond);
    expect(scene.conferences.statistics().totals.webSocketMessagesReceived).toBe(2 * flood);
  });

  it('is heard up to so many bytes, whatever carries them', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const { channel } = scene.conference!.endpoints.get(endpointId('a'))!;
    const link = new FakeLink('sctp');
    channel.opened(link);
    const text = 'x'.repeat(limits.messageByteBurst / 10);
    for (let sent = 0; sent < 15; sent += 1) channel.received(link, text);
    expect(channel.dropped).toBe(5);
    scene.time.advance(1000);
    for (let sent = 0; sent < 15; sent += 1) channel.received(link, text);
    expect(channel.dropped).toBe(5 + 15 - 1);
  });

  it('cannot fill the log with different mistakes', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const link = scene.connect('a');
    const { channel } = scene.conference!.endpoints.get(endpointId('a'))!;
    for (let sent = 0; sent < 100; sent += 1) channel.received(link, `nonsense ${sent}`);
    expect(scene.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(link.open).toBe(true);
  });

  it('cannot name sources without end', async () => {
    const scene = new ConferenceScene();
    await scene.joinFully('a');
    const b = await scene.joinFully('b');
    const many = Array.from({ length: limits.namesPerSetting + 1 }, (_, at) =>
      sourceName(`s${at}`),
    );
    scene.say('b', b, { type: 'receiver-settings', update: { selectedSources: many } });
    scene.say('b', b, {
      type: 'audio-subscription',
      subscription: { all: false, include: new Set(many), exclude: new Set() },
    });
    expect(scene.sent('b', 'audio')).toEqual(['a-a0']);
    const { settings } = scene.conference!.endpoints.get(endpointId('b'))!.receiver.wishes;
    expect(settings.selectedSources).toEqual([]);
  });

  it('cannot name video types of sources to come without end', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const link = scene.connect('a');
    for (let at = 0; at <= limits.rememberedVideoTypes; at += 1) {
      scene.say('a', link, {
        type: 'video-type',
        source: sourceName(`a-v${at}`),
        videoType: 'desktop',
      });
    }
    const { sources } = scene.conference!.endpoints.get(endpointId('a'))!;
    const last = limits.rememberedVideoTypes;
    sources.replace([camera('a', `a-v${last - 1}`), camera('a', `a-v${last}`), microphone('a')]);
    expect(sources.all().map(({ videoType }) => videoType)).toEqual(['desktop', 'camera', 'none']);
  });
});
