import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  defaultStallMs,
  maxQueuedBytes,
  retryMs,
  SctpLink,
} from '../../../../src/io/media/sctp-link.ts';
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
  const worker = () => ({
    send: async (text: string | Buffer) => {
      sent.push(String(text));
      await Promise.resolve();
      return answer((waiting += text.length));
    },
    getBufferedAmount: () => answer(waiting),
    close: () => void told.push('reset'),
  });
  const outgoing = worker();
  const listener = {
    opened: () => void told.push('opened'),
    closed: () => void told.push('closed'),
  };
  const made = new SctpLink({ outgoing, listener, log });
  const reads = async (bytes = waiting) => {
    waiting -= bytes;
    await vi.advanceTimersByTimeAsync(retryMs);
  };
  /** The worker dies; what was given to it meanwhile gets no answer. */
  const dies = () => {
    gone = true;
    made.pause();
  };
  const goesOn = () => {
    gone = false;
    waiting = 0;
    made.goOn(worker());
  };
  return { link: made, told, sent, log, reads, dies, goesOn, lose: () => (gone = true) };
}

const half = 'x'.repeat(maxQueuedBytes / 2);

it('is sent nothing more when its client does not read, and opens again when it has', async () => {
  const { link: channel, told, sent, log, reads } = link();
  expect([channel.send(half), channel.send(half), channel.send('!')]).toEqual([true, true, false]);
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  await reads(maxQueuedBytes / 2);
  expect(channel.send('small')).toBe(false);
  expect([channel.isOpen, channel.stalled]).toEqual([true, true]);
  expect(told).toEqual([]);
  await reads();
  expect(channel.stalled).toBe(false);
  expect(told).toEqual(['opened']);
  expect(channel.send('again')).toBe(true);
  expect(sent).toEqual([half, half, 'again']);
  expect(log.lines).toHaveLength(1);
});

it('is not stalled by what others say: that is dropped when a part of the queue is in use', async () => {
  const { link: channel, sent, reads } = link();
  const quarter = 'x'.repeat(maxQueuedBytes / 4);
  expect([channel.send(quarter, true), channel.send('!', true)]).toEqual([true, false]);
  expect([channel.stalled, channel.send('own')]).toEqual([false, true]);
  await reads(0);
  expect(channel.send('!', true)).toBe(false);
  await reads();
  expect(channel.send('!', true)).toBe(true);
  expect(sent).toEqual([quarter, 'own', '!']);
});

it('is closed when its client reads nothing for a minute, and not before', async () => {
  const { link: channel, told, log, reads } = link();
  for (const text of [half, half, '!']) channel.send(text);
  for (let round = 0; round < 3; round += 1) {
    await vi.advanceTimersByTimeAsync(defaultStallMs - 3 * retryMs);
    await reads(1);
  }
  expect([channel.stalled, told]).toEqual([true, []]);
  await vi.advanceTimersByTimeAsync(defaultStallMs);
  expect([channel.isOpen, channel.send('x')]).toEqual([false, false]);
  expect(told).toEqual(['reset', 'closed']);
  expect(log.lines.at(-1)).toMatchObject({ level: 'warn', fields: { seconds: 60 } });
  await reads();
  expect(told).toHaveLength(2);
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

it('keeps what its worker left unanswered for the next one, and tells that it goes on', async () => {
  const { link: channel, told, sent, reads, dies, goesOn } = link();
  channel.send('answered');
  await reads(0);
  channel.send('unanswered');
  dies();
  expect(channel.send('meanwhile')).toBe(true);
  expect(channel.isOpen).toBe(true);
  await reads(0);
  expect(told).toEqual([]);
  sent.length = 0;
  goesOn();
  expect(sent).toEqual(['unanswered', 'meanwhile']);
  expect(told).toEqual(['opened']);
  await reads(0);
  expect(channel.send('after')).toBe(true);
  expect(told).toEqual(['opened']);
});

it('keeps no more than a queue full without a worker', async () => {
  const { link: channel, told, dies, goesOn, reads } = link();
  dies();
  expect([channel.send(half), channel.send(half), channel.send('!')]).toEqual([true, true, false]);
  goesOn();
  expect(told).toEqual(['opened']);
  // The next worker answers that all of it waits.
  await reads(0);
  expect(channel.send('!')).toBe(false);
  await reads();
  expect(told).toEqual(['opened', 'opened']);
});

it('goes on from a stall, and not from its end', async () => {
  const stalled = link();
  for (const text of [half, half, '!']) stalled.link.send(text);
  stalled.dies();
  await stalled.reads(0);
  expect(stalled.told).toEqual([]);
  stalled.goesOn();
  expect(stalled.told).toEqual(['opened']);
  const ended = link();
  ended.link.end();
  ended.dies();
  ended.goesOn();
  expect(ended.told).toEqual([]);
  expect(ended.link.isOpen).toBe(false);
});
