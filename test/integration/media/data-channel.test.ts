import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLink } from '../../../src/conference/ports.ts';
import { defaultTransports } from '../../../src/io/media/media-options.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { recordType } from '../../support/rtp/dtls-client-records.ts';
import { until } from '../../support/until.ts';
import { talkThroughNat } from './channel-fixture.ts';
import { TestConference, mediaOptions, recordingLogger, startPlane } from './media-fixture.ts';

const log = recordingLogger();
let plane: MediasoupPlane;
let conference: TestConference;

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), log);
});
afterAll(() => plane.close());
beforeEach(async () => {
  conference = await TestConference.open(plane);
});
afterEach(() => conference.close());

async function openedLink(): Promise<ChannelLink> {
  await until(() =>
    conference.eventsOf('channel-open').length > 0 ? undefined : 'the channel is not open',
  );
  return conference.eventsOf('channel-open')[0]!.link;
}

function texts(): string[] {
  return conference.eventsOf('channel-message').map(({ text }) => text);
}

describe('data channel', () => {
  it.each(['active', 'passive'] as const)(
    'carries text both ways for a client that is %s in DTLS',
    async (setup) => {
      const { client } = await conference.join('alice', { dataChannel: true, setup });
      const link = await openedLink();
      expect(link.carrier).toBe('sctp');
      await until(() => (client.channelOpen ? undefined : 'the client waits'));
      client.sendText('{"colibriClass":"ClientHello"}');
      client.sendText('');
      await until(() => (texts().length === 2 ? undefined : `received ${texts().join()}`));
      expect(texts()).toEqual(['{"colibriClass":"ClientHello"}', '']);
      expect(link.send('{"colibriClass":"ServerHello"}')).toBe(true);
      expect(link.send('ünïcode ✓')).toBe(true);
      await until(() => (client.messages.length === 2 ? undefined : 'nothing came back'));
      expect(client.messages).toEqual(['{"colibriClass":"ServerHello"}', 'ünïcode ✓']);
      expect(conference.eventsOf('channel-open')).toHaveLength(1);
    },
  );

  it('works beside an endpoint without one, and ignores binary messages', async () => {
    await conference.join('bob');
    const { client } = await conference.join('alice', { dataChannel: true });
    await openedLink();
    client.sendBinary(Buffer.from('not text'));
    client.sendText('text');
    await until(() => (texts().length > 0 ? undefined : 'no text'));
    expect(texts()).toEqual(['text']);
  });

  it('carries messages of 200 KiB both ways', async () => {
    const { client } = await conference.join('alice', { dataChannel: true });
    const link = await openedLink();
    const long = 'x'.repeat(200 * 1024);
    client.sendText(long);
    await until(() => (texts().length > 0 ? undefined : 'no text'));
    expect(texts()[0]).toHaveLength(long.length);
    link.send(long);
    await until(() => (client.messages.length > 0 ? undefined : 'no text'));
    expect(client.messages[0]).toHaveLength(long.length);
  });

  it('sends nothing more when a megabyte waits, and opens again when that was read', async () => {
    const { client } = await conference.join('alice', { dataChannel: true });
    const link = await openedLink();
    const piece = 'x'.repeat(100 * 1024);
    let sent = 0;
    while (link.send(piece)) sent += 1;
    expect(sent).toBe(10);
    expect(link.send('one more')).toBe(false);
    await until(() =>
      conference.eventsOf('channel-open').length > 1 ? undefined : 'it did not open again',
    );
    expect(conference.eventsOf('channel-open').map((event) => event.link)).toEqual([link, link]);
    expect(link.send('on')).toBe(true);
    await until(() => (client.messages.includes('on') ? undefined : 'nothing more came'));
    expect(client.messages).toHaveLength(11);
    expect(conference.eventsOf('channel-closed')).toEqual([]);
  });

  it('is closed when the client reads nothing for long, and told so should it ever read again', async () => {
    const stalling = await startPlane({
      transports: { ...defaultTransports, channelStallMs: 2000 },
    });
    const { talker, nat } = await talkThroughNat(stalling);
    await talker.talk('before');
    nat.lose((packet) => packet[0] === recordType.applicationData);
    while (talker.link.send('x'.repeat(100 * 1024)));
    expect(talker.link.stalled).toBe(true);
    const closings = () => talker.conference.eventsOf('channel-closed').map(({ link }) => link);
    await until(() => (closings().length > 0 ? undefined : 'it is not given up'));
    expect(closings()).toEqual([talker.link]);
    expect(talker.openings).toBe(1);
    nat.lose(() => false);
    const { client } = talker.participant;
    await until(() => (client.channelOpen ? 'the client is not told' : undefined), 30_000);
    expect(stalling.figures().workersDied).toBe(0);
    expect(client.connected).toBe(true);
  });

  it('is over when the client closes it, as browsers do that leave', async () => {
    const { client } = await conference.join('alice', { dataChannel: true });
    const link = await openedLink();
    const before = log.lines.length;
    client.closeChannel();
    await until(() =>
      conference.eventsOf('channel-closed').length > 0 ? undefined : 'no one was told',
    );
    expect(conference.eventsOf('channel-closed').map((event) => event.link)).toEqual([link]);
    expect(link.send('late')).toBe(false);
    await conference.add('bob'); // what was asked of the worker before has been answered
    expect(log.lines.slice(before)).toEqual([]);
  });

  it('is closed with its endpoint', async () => {
    const { endpoint } = await conference.join('alice', { dataChannel: true });
    const link = await openedLink();
    endpoint.close();
    expect(link.send('late')).toBe(false);
  });
});
