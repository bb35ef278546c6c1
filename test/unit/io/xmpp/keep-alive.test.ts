import { beforeEach, describe, expect, it } from 'vitest';
import { KeepAlive } from '../../../../src/io/xmpp/keep-alive.ts';
import { FakeTime } from '../../../support/fake-time.ts';

let time: FakeTime;
let events: string[];
let keepAlive: KeepAlive;

beforeEach(() => {
  time = new FakeTime();
  events = [];
  keepAlive = new KeepAlive({
    idleMs: 30_000,
    timeoutMs: 120_000,
    ping: () => events.push('ping'),
    onDead: () => events.push('dead'),
    clock: time,
    timers: time,
  });
  keepAlive.start();
});

describe('a silent server', () => {
  it('is asked once after 30 s and given up after 120 s more', () => {
    time.advance(29_999);
    expect(events).toEqual([]);
    time.advance(1);
    expect(events).toEqual(['ping']);
    time.advance(119_999);
    expect(events).toEqual(['ping']);
    time.advance(1);
    expect(events).toEqual(['ping', 'dead']);
    time.advance(1_000_000);
    expect(events).toEqual(['ping', 'dead']);
  });

  it('is not asked while it talks', () => {
    for (let i = 0; i < 100; i += 1) {
      time.advance(20_000);
      keepAlive.received();
    }
    expect(events).toEqual([]);
  });

  it('that answers is asked again after the next silence', () => {
    time.advance(30_000);
    keepAlive.received();
    time.advance(60_000);
    expect(events).toEqual(['ping', 'ping']);
  });

  it('is left alone after a stop', () => {
    keepAlive.stop();
    time.advance(1_000_000);
    expect(events).toEqual([]);
  });
});
