import { expect, it } from 'vitest';
import { ReceivedByWorkers } from '../../../src/bridge/received-by-workers.ts';

const socket = (worker: number, inode: string, drops: number, queuedBytes = 0) => ({
  worker,
  inode,
  drops,
  queuedBytes,
  address: '192.0.2.1:10000',
});

it('adds up what the sockets of each worker hold and dropped', () => {
  const received = new ReceivedByWorkers();
  const sockets = [socket(0, '1', 5, 10), socket(0, '2', 2, 20), socket(1, '3', 1, 7)];
  expect(received.add(sockets, 3)).toEqual([
    { drops: 7, queuedBytes: 30 },
    { drops: 1, queuedBytes: 7 },
    { drops: 0, queuedBytes: 0 },
  ]);
});

it('forgets no drops of a socket that is closed', () => {
  const received = new ReceivedByWorkers();
  received.add([socket(0, '1', 5), socket(0, '2', 100)], 1);
  expect(received.add([socket(0, '1', 8)], 1)).toEqual([{ drops: 108, queuedBytes: 0 }]);
  expect(received.add([socket(0, '1', 8), socket(0, '4', 2)], 1)[0]?.drops).toBe(110);
});

it('counts none twice where the table lacked a row once, or had it twice', () => {
  const received = new ReceivedByWorkers();
  received.add([socket(0, '1', 5)], 1);
  received.add([], 1);
  expect(received.add([socket(0, '1', 6), socket(0, '1', 6)], 1)[0]?.drops).toBe(6);
});
