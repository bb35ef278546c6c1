import {
  ms,
  networkText,
  percent,
  processes,
  uncomparedText,
  UNKNOWN,
  violationText,
} from './figures.ts';
import { faultsOf, markOf } from './judged-step.ts';
import type {
  GroupFigures,
  JoinFigures,
  KindFigures,
  Moment,
  Percentiles,
  Report,
  StepReport,
  WayFigures,
} from './report.ts';

const SPARKS = '▁▂▃▄▅▆▇█';

/** How much a run has before it: steps, or seconds where that is what it is about. */
export type Extent = { readonly steps: number } | { readonly seconds: number };

/** What the terminal shows while a run goes on, and at its end. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #isLive: boolean;
  readonly #columns: () => number;
  readonly #rates: number[] = [];
  #phase = 'starting';
  #extent: Extent | undefined;
  #stepsDone = 0;

  /**
   * @param isLive one line that is written again and again; otherwise only steps are printed
   * @param columns of the window: a line that wraps could not be written over
   */
  constructor(write: (text: string) => void, isLive: boolean, columns: () => number) {
    this.#write = write;
    this.#isLive = isLive;
    this.#columns = columns;
  }

  /** How much there will be. */
  plan(extent: Extent): void {
    this.#extent = extent;
    this.#stepsDone = 0;
  }

  /** What goes on from now on. */
  phase(text: string, stepsDone: number): void {
    this.#phase = text;
    this.#stepsDone = stepsDone;
  }

  line(text: string): void {
    this.#clear();
    this.#write(`${text}\n`);
  }

  moment(moment: Moment): void {
    if (!this.#isLive) return;
    this.#rates.push(moment.deliveredPerSecond);
    if (this.#rates.length > 30) this.#rates.shift();
    this.#clear();
    const line =
      `  ${this.#progress(moment.s)} ${this.#phase}: ${moment.participants} clients, ${moment.deliveredPerSecond}/s, ` +
      `delay ${spreadOf(moment)}, loss ${percent(moment.lossPercent)}, ` +
      `bridge ${cpu(moment.bridgeCpuPercent)}, generator ${cpu(moment.generatorCpuPercent)} `;
    const room = this.#columns() - 1;
    const rates = this.#rates.slice(-Math.max(1, room - line.length));
    this.#write(`${line}${sparkline(rates)}`.slice(0, room));
  }

  step(step: StepReport): void {
    const { audio, video, bridge, violations, joins } = step;
    const cpu = processes(bridge.processes, '%', ({ cpuPercent }) => cpuPercent);
    this.line(
      `${markOf(step)} ${step.name}: audio ${kind(audio)}; video ${kind(video)}; bridge ${cpu === '' ? 'not on this machine' : cpu}`,
    );
    if (joins.attempted > 0) this.line(`    ${joinText(joins)}`);
    for (const group of step.groups) this.line(`    ${groupText(group)}`);
    for (const way of step.ways) this.line(`    ${wayText(way)}`);
    for (const violation of violations) this.line(`    ${violationText(violation)}`);
    for (const reason of joins.failures) this.line(`    did not join: ${reason}`);
    for (const reason of step.cutOff.reasons) this.line(`    cut off: ${reason}`);
    for (const left of [
      unjudged('audio gaps', step.audioGaps, step.audioGapMs),
      unjudged('freezes', step.freezes, step.freezeMs),
    ]) {
      if (left !== undefined) this.line(`    ${left}`);
    }
    for (const fault of faultsOf(step)) this.line(`    ${fault}`);
  }

  verdict({ verdict, conservation, findings }: Report): void {
    this.line(`\n${verdict.result}: ${verdict.headline}`);
    const sums = conservation.rows
      .filter(({ offered }) => offered > 0)
      .map(
        (row) =>
          `${row.kind} ${row.offered} = ${row.delivered} delivered + ${row.lost} lost + ${row.withheld} held back + ${row.missing} missing`,
      );
    const holds = `conservation ${conservation.holds ? 'holds' : 'FAILS'}`;
    if (conservation.rows.length > 0)
      this.line(sums.length === 0 ? 'no media reached anybody' : `${holds}: ${sums.join('; ')}`);
    const { notes, uncompared } = conservation;
    const left = uncompared === undefined ? [] : [uncomparedText(uncompared)];
    for (const finding of [...notes, ...left, ...findings]) this.line(`- ${finding}`);
  }

  #progress(s: number): string {
    const extent = this.#extent;
    const seconds = Math.round(s);
    if (extent === undefined) return `${seconds} s`;
    if ('seconds' in extent) return `${seconds} of ${extent.seconds} s,`;
    return `${seconds} s, ${Math.min(this.#stepsDone + 1, extent.steps)} of ${extent.steps},`;
  }

  #clear(): void {
    if (this.#isLive) this.#write('\r\u001b[2K');
  }
}

/** Short, for the line has to fit. */
function spreadOf({ delayP50Ms, delayP99Ms }: Moment): string {
  return delayP50Ms === undefined
    ? UNKNOWN
    : `${ms(delayP50Ms).replace(' ms', '')}/${ms(delayP99Ms)}`;
}

/** Of this process; a window of unknown width is taken for one of 80 columns. */
export function ownTerminal(): Terminal {
  const { stdout } = process;
  return new Terminal(
    (text) => stdout.write(text),
    // A dumb one cannot clear a line.
    stdout.isTTY && process.env['TERM'] !== 'dumb',
    () => stdout.columns || 80,
  );
}

export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values
    .map((value) => SPARKS[Math.min(SPARKS.length - 1, Math.floor((value / most) * SPARKS.length))])
    .join('');
}

/** How those came in who came for a step. */
function joinText({ attempted, failed, ...times }: JoinFigures): string {
  const kinds = [
    ['signalling', times.signallingMs],
    ['first audio', times.firstAudioMs],
    ['first video', times.firstVideoMs],
  ] as const;
  const known = kinds.flatMap(([name, spread]) =>
    spread ? `${name} ${ms(spread.p50)}/${ms(spread.p95)}` : [],
  );
  const joined = `${attempted - failed} of ${attempted} joined`;
  return known.length === 0 ? joined : `${joined}: ${known.join(', ')} (p50/p95)`;
}

function groupText(group: GroupFigures): string {
  const { name, clients, lostPercent, heldMs } = group;
  const lost = `${percent(lostPercent.up)} up, ${percent(lostPercent.down)} down`;
  const held = `${ms(heldMs.up?.p50)} up, ${ms(heldMs.down?.p50)} down`;
  return `${clients} ${name}: own network ${networkText(group)}; it lost ${lost}, held ${held}`;
}

function wayText({ from, to, audio, video }: WayFigures): string {
  return `${from} to ${to}: audio ${arrived(audio)}; video ${arrived(video)}`;
}

function unjudged(what: string, judged: number, found: Percentiles | undefined) {
  if (!found || found.count <= judged) return undefined;
  return `${found.count - judged} of ${found.count} ${what} not judged: the generator stood still for as long`;
}

function kind({ sentPerSecond, ...arrivals }: KindFigures): string {
  const isNone = sentPerSecond === 0 && arrivals.deliveredPerSecond === 0;
  return isNone ? 'none' : arrived(arrivals);
}

function arrived({
  deliveredPerSecond,
  lossPercent,
  delayMs,
}: Omit<KindFigures, 'sentPerSecond'>): string {
  const delay = delayMs ? `, delay ${ms(delayMs.p50)}/${ms(delayMs.p99)} (p50/p99)` : '';
  return `${Math.round(deliveredPerSecond)}/s, loss ${percent(lossPercent)}${delay}`;
}

function cpu(percentOfCore: number | undefined): string {
  return percentOfCore === undefined ? UNKNOWN : `${Math.round(percentOfCore)} %`;
}
