import { describe, expect, it } from 'vitest';
import { slopesOf, soak } from '../../../loadtest/mode/soak.ts';
import type { Moment, StepReport } from '../../../loadtest/report/report.ts';
import { MeasuredCall } from './measured-call.ts';
import { client } from './synthetic-client.ts';

const step = new MeasuredCall('audio', () => 1).run(5).report();
const load = {
  nameOf: (size: number) => `${size} people`,
  clients: (size: number) => Array.from({ length: size }, (_, at) => client(at + 1)),
  joinsPerSecond: 5,
  sizes: [2, 4],
  stepSeconds: 20,
  budgetSeconds: 3600,
  churnPerMinute: 6,
};

/** A run in which time passes by measuring alone. @param grows by so much an hour: memory, and delay */
function soaked(seconds: number, grows: { readonly mb: number; readonly ms: number }) {
  const moments: Moment[] = [];
  const crowds: (readonly number[])[] = [];
  const names: string[] = [];
  const run = {
    moments,
    get elapsedS() {
      return moments.length;
    },
    become: (clients: ReturnType<typeof load.clients>) => {
      crowds.push(clients.map(({ participant }) => participant));
      return Promise.resolve([]);
    },
    measure: (name: string, stepSeconds: number): Promise<StepReport> => {
      names.push(name);
      for (let second = 0; second < stepSeconds; second += 1) {
        const hours = moments.length / 3600;
        const delayP50Ms = 1 + grows.ms * hours;
        const known = { s: moments.length, bridgeMb: 200 + grows.mb * hours };
        moments.push({ ...quiet, ...known, delayP50Ms, delayP99Ms: 2 * delayP50Ms });
      }
      return Promise.resolve({ ...step, name });
    },
  };
  const ended = soak(run, { ...load, budgetSeconds: seconds });
  return ended.then(() => ({ findings: slopesOf(moments), crowds, names }));
}

const quiet: Moment = {
  s: 0,
  participants: 4,
  receivers: 4,
  served: 4,
  deliveredPerSecond: 200,
  delayP50Ms: undefined,
  delayP99Ms: undefined,
  ownDelayP99Ms: undefined,
  lossPercent: 0,
  bridgeCpuPercent: undefined,
  bridgeMb: undefined,
  generatorCpuPercent: 5,
  stress: undefined,
};

describe('a soak', () => {
  it('says how memory and delay change in an hour', async () => {
    const { findings, names } = await soaked(3600, { mb: 30, ms: 2 });
    expect(findings).toEqual([
      'memory of the bridge changes by 30.0 MB an hour',
      'delay (p50) changes by 2.0 ms an hour',
      'delay (p99) changes by 4.0 ms an hour',
    ]);
    expect(names).toHaveLength(179);
    expect(names.at(-1)).toBe('4 people, part 179');
  });

  it('says that too little was seen for that', async () => {
    const { findings } = await soaked(120, { mb: 30, ms: 2 });
    expect(findings).toEqual(['too short to see slow growth: soak for an hour']);
  });

  it('replaces as many people as it was told, by others, and each in turn', async () => {
    const { crowds } = await soaked(600, { mb: 0, ms: 0 });
    const everybody = new Set(crowds.flat());
    // Four who came first, and six a minute in the 580 s before the last part began.
    expect(everybody.size).toBe(4 + 58);
    for (const crowd of crowds) expect(new Set(crowd).size).toBe(4);
    const newcomers = crowds
      .slice(1)
      .map((crowd, at) => crowd.filter((each) => !crowds[at]!.includes(each)));
    expect(newcomers.every(({ length }) => length === 2)).toBe(true);
  });
});
