import { drawGraph } from './graph.ts';
import type { Moment, Report } from './report.ts';

type Plot = {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly {
    readonly name: string;
    readonly color: string;
    readonly of: (moment: Moment) => number | undefined;
  }[];
};

const blue = '#3b82f6';
const red = '#ef4444';
const grey = '#9ca3af';
const green = '#22c55e';
const violet = '#8b5cf6';

const plots: readonly Plot[] = [
  {
    title: 'Delivered',
    unit: 'packets/s',
    lines: [{ name: 'packets', color: blue, of: (m) => m.deliveredPerSecond }],
  },
  {
    title: 'One-way delay',
    unit: 'ms',
    lines: [
      { name: 'p99', color: red, of: (m) => m.delayP99Ms },
      { name: 'p50', color: blue, of: (m) => m.delayP50Ms },
      { name: 'p99 past the bridge', color: grey, of: (m) => m.ownDelayP99Ms },
    ],
  },
  {
    title: 'CPU',
    unit: '% of a core',
    lines: [
      { name: 'bridge', color: blue, of: (m) => m.bridgeCpuPercent },
      { name: 'generator', color: grey, of: (m) => m.generatorCpuPercent },
    ],
  },
  {
    title: 'Clients',
    unit: 'in rooms',
    lines: [
      { name: 'should receive', color: grey, of: (m) => m.receivers },
      { name: 'receive', color: green, of: (m) => m.served },
    ],
  },
  {
    title: 'Loss',
    unit: '%',
    lines: [{ name: 'loss', color: red, of: (m) => m.lossPercent }],
  },
  {
    title: 'Bridge memory',
    unit: 'MB',
    lines: [{ name: 'resident', color: violet, of: (m) => m.bridgeMb }],
  },
];

/** The graphs over the time of a run, as SVG. */
export function drawGraphs({ moments, steps }: Report): string {
  const seconds = moments.map(({ s }) => s);
  const marks = steps.map(({ startS }) => startS);
  return plots
    .map(({ title, unit, lines }) => {
      const drawn = lines.map(({ name, color, of }) => ({ name, color, values: moments.map(of) }));
      return drawGraph({ title, unit, seconds, marks, lines: drawn });
    })
    .join('\n');
}
