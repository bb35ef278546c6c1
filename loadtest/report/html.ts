import { drawGraph, type Line } from './graph.ts';
import type { KindFigures, Moment, Percentiles, Report, StepReport } from './report.ts';
import { style } from './html-style.ts';

/** The report as one page that needs nothing else: no scripts, no fonts, no network. */
export function htmlReport(report: Report): string {
  const { verdict, machine, command, target, date, scenario, mode } = report;
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${verdict.result}: ${escape(scenario)}, trestle-load</title>
<style>${style}</style></head><body>
<header class="${verdict.result}"><strong>${verdict.result}</strong> ${escape(verdict.headline)}</header>
<p class="facts"><code>${escape(command)}</code><br>${escape(mode)} ${escape(scenario)} against ${escape(target)}, ${escape(date)}<br>
${escape(machine.cpu)}, ${machine.cores} cores, ${memory}, ${escape(machine.kernel)}, Node ${escape(machine.node)}. Figures of different machines do not compare.</p>
<section class="graphs">${graphs(report).join('\n')}</section>
<h2>Steps</h2>${stepTable(report.steps)}
<h2>Joining</h2>${joinTable(report.steps)}
<h2>Bridge and generator</h2>${processTable(report.steps)}
<h2>Conservation ${report.conservation.holds ? 'holds' : 'fails'}</h2>${conservationTable(report)}
${findings(report)}
<h2>Limits</h2>${table(
    ['limit', 'allowed'],
    Object.entries(report.limits).map(([name, value]) => [words(name), String(value)]),
  )}
</body></html>
`;
}

function graphs({ moments, steps }: Report): string[] {
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
      line('packets', '#2563eb', (m) => m.deliveredPerSecond),
    ),
    graph(
      'One-way delay',
      'ms',
      line('p99', '#dc2626', (m) => m.delayP99Ms),
      line('p50', '#2563eb', (m) => m.delayP50Ms),
    ),
    graph(
      'CPU',
      '% of a core',
      line('bridge', '#2563eb', (m) => m.bridgeCpuPercent),
      line('generator', '#9ca3af', (m) => m.generatorCpuPercent),
    ),
    graph(
      'Clients',
      'in rooms',
      line('clients', '#16a34a', (m) => m.participants),
    ),
    graph(
      'Loss',
      '%',
      line('loss', '#dc2626', (m) => m.lossPercent),
    ),
    graph(
      'Bridge memory',
      'MB',
      line('resident', '#7c3aed', (m) => m.bridgeMb),
    ),
  ];
}

type Column = readonly [string, (step: StepReport) => string];

const stepColumns: readonly Column[] = [
  ['step', ({ name }) => name],
  ['broke', broken],
  ['clients', ({ participants }) => String(participants)],
  ['audio/s', ({ audio }) => perSecond(audio)],
  ['loss', ({ audio }) => percent(audio.lossPercent)],
  ['delay p50 / p99 / p99.9', ({ audio }) => delays(audio)],
  ['video/s', ({ video }) => perSecond(video)],
  ['loss', ({ video }) => percent(video.lossPercent)],
  ['by RTX', ({ video }) => percent(video.repairedPercent)],
  ['delay p50 / p99 / p99.9', ({ video }) => delays(video)],
  ['Mb/s', ({ deliveredMbps }) => deliveredMbps.toFixed(1)],
  ['jitter p95', ({ jitterMs }) => ms(jitterMs?.p95)],
  ['gaps', ({ audioGaps }) => String(audioGaps)],
  ['freezes', ({ freezes, freezeSeconds }) => `${freezes} (${freezeSeconds} s)`],
  ['key frame wait p95', ({ keyFrameWaitMs }) => ms(keyFrameWaitMs?.p95)],
  [
    'layer switches (p95)',
    ({ layerSwitches, layerSwitchMs }) => `${layerSwitches} (${ms(layerSwitchMs?.p95)})`,
  ],
];

function stepTable(steps: readonly StepReport[]): string {
  return table(
    stepColumns.map(([heading]) => heading),
    steps.map((step) => stepColumns.map(([, cell]) => cell(step))),
  );
}

function broken({ violations, generator }: StepReport): string {
  return [...violations.map(({ limit }) => limit), ...generator.faults].join('; ');
}

function perSecond({ deliveredPerSecond }: KindFigures): string {
  return deliveredPerSecond === 0 ? '–' : Math.round(deliveredPerSecond).toString();
}

function delays({ delayMs }: KindFigures): string {
  return delayMs ? `${ms(delayMs.p50)} / ${ms(delayMs.p99)} / ${ms(delayMs.p999)}` : '–';
}

function joinTable(steps: readonly StepReport[]): string {
  const cell = (value: Percentiles | undefined) =>
    value ? `${ms(value.p50)} / ${ms(value.p95)}` : '–';
  return table(
    [
      'step (p50 / p95)',
      'joined',
      'signalling',
      'ICE',
      'DTLS',
      'channel',
      'first audio',
      'first video',
    ],
    steps
      .filter(({ joins }) => joins.attempted > 0)
      .map(({ name, joins }) => [
        name,
        `${joins.attempted - joins.failed} of ${joins.attempted}${joins.failures.length > 0 ? `: ${joins.failures.join('; ')}` : ''}`,
        ...[joins.signallingMs, joins.iceMs, joins.dtlsMs, joins.channelMs].map(cell),
        ...[joins.firstAudioMs, joins.firstVideoMs].map(cell),
      ]),
  );
}

function processTable(steps: readonly StepReport[]): string {
  return table(
    [
      'step',
      'bridge processes',
      'µs/packet',
      'socket drops',
      'stress',
      'event loop p99',
      'generator',
      'sent late p99',
    ],
    steps.map(({ name, bridge, generator }) => [
      name,
      bridge.processes
        .map((each) => `${each.name} ${each.cpuPercent} % ${each.residentMb} MB`)
        .join(', ') || 'not on this machine',
      bridge.usPerPacket?.toFixed(1) ?? '–',
      bridge.socketDrops?.toString() ?? '–',
      bridge.stress?.toFixed(2) ?? '–',
      ms(bridge.eventLoopDelayP99Ms),
      generator.cpuPercent.map((each) => `${each} %`).join(', '),
      ms(generator.latenessMs?.p99),
    ]),
  );
}

function conservationTable({ conservation }: Report): string {
  const rows = conservation.rows.map((row) => [
    row.kind,
    ...[row.offered, row.delivered, row.lost, row.withheld, row.missing].map(String),
  ]);
  const { wire } = conservation;
  const counted = wire
    ? `<p>The bridge counts ${wire.sentByBridge} packets sent; ${wire.received.media} of media and ${wire.received.datagrams} of any kind arrived.</p>`
    : '';
  return (
    table(
      ['sent towards receivers', 'packets', 'delivered', 'lost', 'held back', 'missing at the end'],
      rows,
    ) + counted
  );
}

function findings({ findings: found, conservation }: Report): string {
  const all = [...conservation.notes, ...found];
  if (all.length === 0) return '';
  return `<h2>Findings</h2><ul>${all.map((each) => `<li>${escape(each)}</li>`).join('')}</ul>`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, values: readonly string[]) =>
    values.map((value) => `<${tag}>${escape(value)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<div class="wide"><table><thead><tr>${cells('th', headings)}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function ms(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(2))} %`;
}

/** `audioLossPercent` → `audio loss percent`. */
function words(name: string): string {
  return name.replaceAll(/([A-Z0-9]+)/g, (part) => ` ${part.toLowerCase()}`);
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
