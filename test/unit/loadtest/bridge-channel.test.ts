import { describe, expect, it } from 'vitest';
import { BridgeChannel, type ChannelEvents } from '../../../loadtest/client/bridge-channel.ts';
import { FakeTime } from '../../support/fake-time.ts';

function channelOver(retries: boolean) {
  const time = new FakeTime();
  const opened: ChannelEvents[] = [];
  let opens = 0;
  const channel = new BridgeChannel({
    connect: (events) => {
      opened.push(events);
      return { send: () => undefined, close: () => events.onClose('closed with 1000') };
    },
    retries,
    timers: time,
    onOpen: () => (opens += 1),
    onMessage: () => undefined,
  });
  channel.connect();
  return { channel, time, opened, opens: () => opens };
}

describe('a bridge channel', () => {
  it('is opened again after 1, 2, 4 s, from the beginning once it was open, and says what closed it', () => {
    const { channel, time, opened, opens } = channelOver(true);
    for (const seconds of [1, 2, 4]) {
      opened.at(-1)!.onClose('Unexpected server response: 403');
      expect(channel.closedBy).toBe('Unexpected server response: 403');
      const before = opened.length;
      time.advance(seconds * 1000 - 1);
      expect(opened).toHaveLength(before);
      time.advance(1);
      expect(opened).toHaveLength(before + 1);
    }
    opened.at(-1)!.onOpen();
    expect(channel.open).toBe(true);
    opened.at(-1)!.onClose('closed with 1001 endpoint closed');
    expect(channel.open).toBe(false);
    time.advance(1000);
    opened.at(-1)!.onOpen();
    expect([opened.length, opens()]).toEqual([5, 2]);
  });

  it.each([
    ['over SCTP', false, 'closed'],
    ['that the client closed itself', true, undefined],
  ])('%s stays closed', (_, retries, reason) => {
    const { channel, time, opened } = channelOver(retries);
    opened[0]!.onOpen();
    if (reason === undefined) channel.close();
    else opened[0]!.onClose(reason);
    time.advance(120_000);
    expect(opened).toHaveLength(1);
    expect(channel.open).toBe(false);
  });
});
