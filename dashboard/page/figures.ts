import { make, setText } from './element.ts';
import { bitRate, count, milliseconds, percent } from './format.ts';
import type { Frame, HistoryFrame } from './frames.ts';
import { samples, Sparkline } from './sparkline.ts';

type Card = {
  readonly label: string;
  /** Of the history. */
  readonly series: string;
  /** The least the scale of its graph reaches to. */
  readonly least: number;
  readonly value: (now: number) => string;
  readonly more: (frame: Frame, now: (series: string) => number) => string;
};

const cards: readonly Card[] = [
  {
    label: 'Endpoints',
    series: 'endpoints',
    least: 4,
    value: String,
    more: ({ conferenceCount }) => `conferences: ${conferenceCount}`,
  },
  {
    label: 'Packets sent',
    series: 'packetsOut',
    least: 100,
    value: (now) => `${count(now)}/s`,
    more: (_frame, now) => `${count(now('packetsIn'))}/s received`,
  },
  {
    label: 'Bit rate sent',
    series: 'bitsOut',
    least: 1e5,
    value: bitRate,
    more: (_frame, now) => `${bitRate(now('bitsIn'))} received`,
  },
  {
    label: 'Time in the worker, p99',
    series: 'delayP99Ms',
    least: 2,
    value: delayText,
    more: ({ loss }) => `round trip ${milliseconds(loss.rttMs)}`,
  },
  {
    label: 'Busiest worker',
    series: 'busiestCpu',
    least: 1,
    value: percent,
    more: ({ process }) => `machine ${percent(process.machineCpu)}`,
  },
  {
    label: 'Stress',
    series: 'stress',
    least: 1,
    value: (now) => now.toFixed(2),
    more: ({ process }) =>
      `loop ${percent(process.eventLoop)}, late ${milliseconds(process.eventLoopDelayP99Ms)}`,
  },
  {
    label: 'Estimate, median',
    series: 'estimateMedian',
    least: 1e6,
    value: (now) => (now === 0 ? '–' : bitRate(now)),
    more: ({ loss }) => `loss ${percent(loss.out)} out, ${percent(loss.in)} in`,
  },
];

/** The bound of a bucket; what lies beyond the last one comes as twice that. */
function delayText(ms: number): string {
  if (ms === 0) return '–';
  return ms > 10 ? '> 10 ms' : `≤ ${ms} ms`;
}

/** The bridge at a glance, each figure with its last ten minutes. */
export class Figures {
  readonly #shown: readonly {
    card: Card;
    value: HTMLElement;
    more: HTMLElement;
    line: Sparkline;
  }[];
  #series = new Map<string, number[]>();

  constructor(container: HTMLElement) {
    this.#shown = cards.map((card) => {
      const box = make('div', 'figure');
      const value = make('div', 'value', '–');
      const more = make('div', 'more');
      const line = new Sparkline(card.label);
      box.append(make('div', 'label', card.label), value, more, line.element);
      container.append(box);
      return { card, value, more, line };
    });
  }

  reset({ names, series }: HistoryFrame): void {
    this.#series = new Map(names.map((name, place) => [name, [...(series[place] ?? [])]]));
  }

  update(frame: Frame): void {
    const names = [...this.#series.keys()];
    frame.point?.forEach((value, place) => {
      const series = this.#series.get(names[place] ?? '');
      series?.push(value);
      if (series && series.length > samples) series.shift();
    });
    const now = (name: string) => this.#series.get(name)?.at(-1) ?? 0;
    for (const { card, value, more, line } of this.#shown) {
      setText(value, card.value(now(card.series)));
      setText(more, card.more(frame, now));
      line.draw(this.#series.get(card.series) ?? [], card.least);
    }
  }
}
