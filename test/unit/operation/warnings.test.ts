import { expect, it } from 'vitest';
import { findWarnings, type WarningFacts } from '../../../src/operation/warnings.ts';

const room = { jid: 'brewery@muc.test', joined: true, reason: undefined };
const link = { id: 'shard', online: true, reason: undefined, rooms: [room] };
const worker = { alive: true, silentMs: 20, cpu: 0.3 };

const well: WarningFacts = {
  fault: undefined,
  lifecycle: 'running',
  drain: false,
  stress: 0.3,
  cpuSteal: 0,
  eventLoopDelayMaxMs: 5,
  links: [link],
  workers: [worker],
  receiveDrops: 0,
  workersDied: 0,
  endpointsWithoutChannel: 0,
  transportsFailed: 0,
};

const texts = (facts: Partial<WarningFacts>) =>
  findWarnings({ ...well, ...facts }).map(({ severity, text }) => `${severity}: ${text}`);

it('says nothing while all is well', () => {
  expect(texts({})).toEqual([]);
});

it.each<[Partial<WarningFacts>, RegExp]>([
  [{ fault: 'no media worker is alive' }, /^error: Unhealthy: no media worker/],
  [{ drain: true }, /^notice: Draining/],
  [{ lifecycle: 'graceful-shutdown' }, /^notice: Graceful shutdown/],
  [{ lifecycle: 'shutting-down' }, /^warning: Shutting down/],
  [{ links: [{ ...link, online: false, reason: 'refused' }] }, /^error: .*shard is down: refused/],
  [
    { links: [{ ...link, rooms: [{ ...room, joined: false, reason: 'nickname in use' }] }] },
    /^error: .*not in brewery@muc.test: nickname in use/,
  ],
  [{ workers: [{ ...worker, alive: false }] }, /^error: Media worker 0 is not running/],
  [{ workers: [worker, { ...worker, silentMs: 9000 }] }, /^error: Media worker 1 .* 9 s/],
  [{ workers: [{ ...worker, cpu: 0.97 }] }, /^warning: Media worker 0 uses 97 %/],
  [{ workersDied: 1 }, /^error: Media workers died/],
  [{ receiveDrops: 12 }, /^error: The kernel dropped 12 packets.*rmem_max/],
  [{ stress: 1.2 }, /^warning: Full: stress is 1.20/],
  [{ cpuSteal: 0.2 }, /^warning: The hypervisor takes 20 %/],
  [{ eventLoopDelayMaxMs: 400 }, /^warning: The event loop was late by 400 ms/],
  [{ endpointsWithoutChannel: 2 }, /^warning: Endpoints without a bridge channel/],
  [{ transportsFailed: 3 }, /^warning: Transports that failed/],
])('warns of %o', (facts, expected) => {
  expect(texts(facts)).toHaveLength(1);
  expect(texts(facts)[0]).toMatch(expected);
});

it('puts the worst first', () => {
  const severities = findWarnings({ ...well, drain: true, stress: 2, receiveDrops: 1 });
  expect(severities.map(({ severity }) => severity)).toEqual(['error', 'warning', 'notice']);
});
