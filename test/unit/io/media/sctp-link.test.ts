import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { maxQueuedBytes, retryMs, SctpLink } from '../../../../src/io/media/sctp-link.ts';
import { CollectedLog } from '../../../support/collected-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A link whose worker keeps what it is given until the client reads it. */
function link() {
  const told: string[] = [];
  const sent: string[] = [];
  const log = new CollectedLog();
  let waiting = 0;
  let gone = false;
  const answer = <T>(value: T): Promise<T> =>
    gone ? Promise.reject(new Error('gone')) : Promise.resolve(value);
  const outgoing = {
    send: async (text: string | Buffer) => {
      sent.push(String(text));
      return answer((waiting += text.length));
    },
    getBufferedAmount: () => answer(waiting),
  };
  const listener = {
    opened: () => void told.push('opened'),
    closed: () => void told.push('closed'),
  };
  const made = new SctpLink({ outgoing, listener, log });
  const reads = async (bytes = waiting) => {
    waiting -= bytes;
    await vi.advanceTimersByTimeAsync(retryMs);
  };
  return { link: made, told, sent, log, reads, lose: () => (gone = true) };
}

const half = 'x'.repeat(maxQueuedBytes / 2);

it('is sent nothing more when its client does not read, and opens again when it has', async () => {
  const { link: channel, told, sent, log, reads } = link();
  expect([channel.send(half), channel.send(half), channel.send('!')]).toEqual([true, true, false]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  await reads(maxQueuedBytes / 2);
  expect(channel.send('small')).toBe(false);
  expect(channel.isOpen).toBe(true);
  expect(told).toEqual([]);
  await reads();
  expect(told).toEqual(['opened']);
  expect(channel.send('again')).toBe(true);
  expect(sent).toEqual([half, half, 'again']);
  expect(log.lines).toHaveLength(1);
});

it('says once that it is lost, also while it waits', async () => {
  const { link: channel, told, reads, lose } = link();
  for (const text of [half, half, '!']) channel.send(text);
  await reads(0);
  lose();
  await reads(0);
  channel.lost();
  expect(told).toEqual(['closed']);
  expect(channel.send('x')).toBe(false);
  expect(channel.isOpen).toBe(false);
});

it('does nothing after its end', async () => {
  const { link: channel, told, reads } = link();
  for (const text of [half, half, '!']) channel.send(text);
  channel.end();
  await reads();
  expect(told).toEqual([]);
});
