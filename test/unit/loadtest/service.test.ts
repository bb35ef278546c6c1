import { describe, expect, it } from 'vitest';
import type { ClientSpec } from '../../../loadtest/client/client-spec.ts';
import type { Milestones } from '../../../loadtest/client/load-client.ts';
import { serviceOf, viewsByWay } from '../../../loadtest/run/service.ts';
import { client as synthetic } from './synthetic-client.ts';

function client(participant: number, change: Partial<ClientSpec> = {}): ClientSpec {
  return synthetic(participant, { video: 'VP8', ...change });
}

function reached(participant: number, change: Partial<Milestones>): Milestones {
  const never = undefined;
  const first = { ice: never, dtls: never, channel: never, firstAudio: never, firstFrame: never };
  return { participant, ...first, lastAudio: never, lastFrame: never, missing: never, ...change };
}

describe('serviceOf', () => {
  it('counts whom nothing reached in the window', () => {
    const members = [client(1), client(2), client(3)];
    const milestones = [
      reached(1, { lastAudio: 120, lastFrame: 130 }),
      reached(2, { lastAudio: 120, lastFrame: 80 }),
    ];
    expect(serviceOf(members, milestones, 100)).toEqual({
      views: 6,
      receivers: 3,
      served: 2,
      deaf: 1,
      blind: 2,
      unconnected: new Map(),
    });
  });

  it('keeps what the connections of those who are there lack', () => {
    const missing = 'ICE did not connect';
    const milestones = [reached(1, { missing }), reached(2, {}), reached(3, { missing })];
    const { unconnected } = serviceOf([client(1), client(2)], milestones, 100);
    expect([...unconnected]).toEqual([[1, missing]]);
  });

  it('expects nothing where there is nobody to hear or see', () => {
    const nobody = { views: 0, receivers: 0, served: 0, deaf: 0, blind: 0, unconnected: new Map() };
    expect(serviceOf([client(1)], [], 100)).toEqual(nobody);
    expect(serviceOf([client(1), client(2, { room: 'two' })], [], 100)).toEqual(nobody);
    const silent = { audio: 'none', view: 'none' } as const;
    expect(serviceOf([client(1, silent), client(2, silent)], [], 100)).toEqual(nobody);
    const lastN = [client(1, { lastN: 0 }), client(2, { lastN: 0 })];
    expect(serviceOf(lastN, [], 100)).toMatchObject({ receivers: 2, views: 0, deaf: 2, blind: 0 });
  });
});

describe('viewsByWay', () => {
  it('counts cameras of one group that clients of another look at', () => {
    const mobile = { group: 1 } as const;
    const members = [client(1), client(2), client(3, mobile), client(4, { room: 'two' })];
    expect(Object.fromEntries(viewsByWay(members))).toEqual({
      '0 0': 2,
      '1 0': 2,
      '0 1': 2,
      '1 1': 0,
    });
    const total = [...viewsByWay(members).values()].reduce((sum, views) => sum + views, 0);
    expect(total).toBe(serviceOf(members, [], 0).views);
  });

  it('gives each group its part of what last-n lets through', () => {
    const members = [client(1), client(2, { group: 1 }), client(3, { lastN: 1, view: 'stage' })];
    expect(viewsByWay(members.map((each) => ({ ...each, lastN: 1 }))).get('1 0')).toBe(1);
  });
});
