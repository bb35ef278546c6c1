import { drawGraph, type Line } from './graph.ts';
import type { Moment, Report } from './report.ts';

/** The graphs over the time of a run, as SVG. */
export function drawGraphs({ moments, steps }: Report): string {
  const seconds = moments.map(({ s }) => s);
  const marks = steps.map(({ startS }) => startS);
  const line = (name: string, color: string, of: (moment: Moment) => number | undefined): Line => ({
    name,
    color,
    values: moments.map(of),
  });
  const graph = (title: string, unit: string, ...lines: readonly Line[]) =>
    drawGraph({ title, unit, seconds, marks, lines });
  return [
    graph(
      'Delivered',
      'packets/s',
      line('packets', '#3b82f6', (m) => m.deliveredPerSecond),
    ),
    graph(
      'One-way delay',
      'ms',
      line('p99', '#ef4444', (m) => m.delayP99Ms),
      line('p50', '#3b82f6', (m) => m.delayP50Ms),
    ),
    graph(
      'CPU',
      '% of a core',
      line('bridge', '#3b82f6', (m) => m.bridgeCpuPercent),
      line('generator', '#9ca3af', (m) => m.generatorCpuPercent),
    ),
    graph(
      'Clients',
      'in rooms',
      line('should receive', '#9ca3af', (m) => m.receivers),
      line('receive', '#22c55e', (m) => m.served),
    ),
    graph(
      'Loss',
      '%',
      line('loss', '#ef4444', (m) => m.lossPercent),
    ),
    graph(
      'Bridge memory',
      'MB',
      line('resident', '#8b5cf6', (m) => m.bridgeMb),
    ),
  ].join('\n');
}
