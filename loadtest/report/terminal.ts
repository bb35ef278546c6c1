import type { Moment, Percentiles, Report, StepReport } from './report.ts';

const SPARKS = '▁▂▃▄▅▆▇█';

/** What the terminal shows while a run goes on, and at its end. */
export class Terminal {
  readonly #write: (text: string) => void;
  readonly #isLive: boolean;
  readonly #rates: number[] = [];

  /** @param isLive one line that is written again and again; otherwise only steps are printed */
  constructor(write: (text: string) => void, isLive: boolean) {
    this.#write = write;
    this.#isLive = isLive;
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
    this.#write(
      `  ${Math.round(moment.s)} s  ${moment.participants} clients  ${moment.deliveredPerSecond} packets/s ` +
        `${sparkline(this.#rates)}  delay ${ms(moment.delayP50Ms)}/${ms(moment.delayP99Ms)}  loss ${moment.lossPercent} %` +
        `  bridge ${percent(moment.bridgeCpuPercent)}  generator ${percent(moment.generatorCpuPercent)}`,
    );
  }

  step(step: StepReport): void {
    const { audio, video, bridge, violations, generator } = step;
    const isBad = violations.length > 0 || generator.faults.length > 0;
    const cpu = bridge.processes
      .map(({ name, cpuPercent }) => `${name} ${cpuPercent} %`)
      .join(', ');
    this.line(
      `${isBad ? '✗' : '✓'} ${step.name}: audio ${kind(audio.deliveredPerSecond, audio.lossPercent, audio.delayMs)}; ` +
        `video ${kind(video.deliveredPerSecond, video.lossPercent, video.delayMs)}; bridge ${cpu === '' ? 'unknown' : cpu}`,
    );
    for (const { limit, measured, allowed, unit } of violations) {
      this.line(`    ${limit}: ${measured.toFixed(1)} ${unit}, allowed ${allowed}`);
    }
    for (const fault of generator.faults) this.line(`    the generator: ${fault}`);
  }

  verdict({ verdict, conservation, findings }: Report): void {
    this.line(`\n${verdict.result}: ${verdict.headline}`);
    const sums = conservation.rows
      .filter(({ offered }) => offered > 0)
      .map(
        (row) =>
          `${row.kind} ${row.offered} = ${row.delivered} delivered + ${row.lost} lost + ${row.withheld} held back + ${row.missing} missing`,
      );
    this.line(`conservation ${conservation.holds ? 'holds' : 'FAILS'}: ${sums.join('; ')}`);
    for (const finding of [...conservation.notes, ...findings]) this.line(`- ${finding}`);
  }

  #clear(): void {
    if (this.#isLive) this.#write('\r\u001b[2K');
  }
}

export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values
    .map((value) => SPARKS[Math.min(SPARKS.length - 1, Math.floor((value / most) * SPARKS.length))])
    .join('');
}

function kind(perSecond: number, loss: number, delay: Percentiles | undefined): string {
  return perSecond === 0
    ? 'none'
    : `${Math.round(perSecond)}/s, loss ${loss} %, delay ${ms(delay?.p50)}/${ms(delay?.p99)} (p50/p99)`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(1)} ms`;
}

function percent(value: number | undefined): string {
  return value === undefined ? '?' : `${Math.round(value)} %`;
}
