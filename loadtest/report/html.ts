import { ms, networkText, percent, processes, uncomparedText, UNKNOWN } from './figures.ts';
import { drawGraphs } from './html-graphs.ts';
import { style } from './html-style.ts';
import { type Column, column, drawTable, escape } from './html-table.ts';
import { faultsOf, markOf } from './judged-step.ts';
import type {
  GroupFigures,
  KindFigures,
  Percentiles,
  Report,
  StepReport,
  WayFigures,
} from './report.ts';

/** The report as one page that needs nothing else: no scripts, no fonts, no network. */
export function htmlReport(report: Report): string {
  const { verdict, machine, command, target, date, scenario, mode, steps } = report;
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${verdict.result}: ${escape(scenario)}, trestle-load</title>
<style>${style}</style></head><body>
<header class="${verdict.result}"><strong>${verdict.result}</strong> ${escape(verdict.headline)}</header>
<p class="facts"><code>${escape(command)}</code><br>${escape(mode)} ${escape(scenario)} against ${escape(target)}, ${escape(date)}<br>
${escape(machine.cpu)}, ${machine.cores} cores, ${memory}, ${escape(machine.kernel)}, Node ${escape(machine.node)}. Figures of different machines do not compare.</p>
${findings(report)}
<h2>Steps</h2>${drawTable(stepColumns, steps)}
<section class="graphs">${drawGraphs(report)}</section>
${media('Audio', ({ audio }) => audio, audioColumns, steps)}
${media('Video', ({ video }) => video, videoColumns, steps)}
${groups(steps)}
<h2>Joining</h2><p class="facts">p50 / p95</p>${drawTable(
    joinColumns,
    steps.filter(({ joins }) => joins.attempted > 0),
  )}
<h2>Bridge</h2>${drawTable(bridgeColumns, steps)}
<h2>Generator</h2>${drawTable(generatorColumns, steps)}
${conservation(report)}
<h2>Limits</h2>${drawTable(limitColumns, Object.entries(report.limits))}
</body></html>
`;
}

const stepName = column<StepReport>('step', ({ name }) => name);

const tints = { '✓': 'good', '✗': 'bad', '?': undefined } as const;

const stepColumns: readonly Column<StepReport>[] = [
  stepName,
  column('', markOf, { tint: (step) => tints[markOf(step)] }),
  column('clients', ({ participants }) => String(participants)),
  column('rooms', ({ rooms }) => String(rooms)),
  column('offered', ({ audio, video }) => rate(audio.sentPerSecond + video.sentPerSecond)),
  column('delivered', ({ audio, video }) =>
    rate(audio.deliveredPerSecond + video.deliveredPerSecond),
  ),
  column('offered', ({ offeredMbps }) => `${offeredMbps.toFixed(1)} Mb/s`),
  column('delivered', ({ deliveredMbps }) => `${deliveredMbps.toFixed(1)} Mb/s`),
  column('heard nobody', ({ deaf }) => String(deaf)),
  column('saw nobody', ({ blind }) => String(blind)),
  column('voices not heard', ({ pairs }) => `${pairs.unheard} of ${pairs.voices}`),
  column('cameras not seen', ({ pairs }) => `${pairs.unseen} of ${pairs.views}`),
  column('what broke', broken, { isText: true }),
];

const audioColumns: readonly Column<StepReport>[] = [
  column('jitter p95', ({ jitterMs }) => ms(jitterMs?.p95)),
  column('gaps judged', ({ audioGaps, audioGapMs }) => judged(audioGaps, audioGapMs)),
  column('gap p95 / max', ({ audioGapMs }) => spread(audioGapMs, 'p95', 'max')),
];

const videoColumns: readonly Column<StepReport>[] = [
  column('by RTX', ({ video }) => percent(video.repairedPercent)),
  column('freezes judged', ({ freezes, freezeMs }) => judged(freezes, freezeMs)),
  column('freeze p95 / max', ({ freezeMs }) => spread(freezeMs, 'p95', 'max')),
  column('key frame wait p50 / p95', ({ keyFrameWaitMs }) => spread(keyFrameWaitMs, 'p50', 'p95')),
  column('layer switches', ({ layerSwitches }) => String(layerSwitches)),
  column('switch p50 / p95', ({ layerSwitchMs }) => spread(layerSwitchMs, 'p50', 'p95')),
];

/** Rates, loss and delay of one kind, and what only this kind has; nothing where nobody sent any. */
function media(
  title: string,
  of: (step: StepReport) => KindFigures,
  more: readonly Column<StepReport>[],
  steps: readonly StepReport[],
): string {
  const rows = steps.filter((step) => of(step).sentPerSecond > 0);
  if (rows.length === 0) return '';
  const delay = (name: 'p50' | 'p95' | 'p99' | 'p999' | 'max', heading: string) =>
    column<StepReport>(heading, (step) => ms(of(step).delayMs?.[name]));
  const columns = [
    stepName,
    column<StepReport>('offered', (step) => rate(of(step).sentPerSecond)),
    column<StepReport>('delivered', (step) => rate(of(step).deliveredPerSecond)),
    column<StepReport>('loss', (step) => percent(of(step).lossPercent)),
    delay('p50', 'delay p50'),
    delay('p95', 'p95'),
    delay('p99', 'p99'),
    delay('p999', 'p99.9'),
    delay('max', 'max'),
    ...more,
  ];
  return `<h2>${title}</h2>${drawTable(columns, rows)}`;
}

type InStep<T> = T & { readonly step: string };

const groupColumns: readonly Column<InStep<GroupFigures>>[] = [
  column('clients', ({ step, name }) => `${step}: ${name}`),
  column('number', ({ clients }) => String(clients)),
  column('own network', networkText, { isText: true }),
  column(
    'it lost up / down',
    ({ lostPercent: { up, down } }) => `${percent(up)} / ${percent(down)}`,
  ),
  column('held up / down, p50', ({ heldMs: { up, down } }) => `${ms(up?.p50)} / ${ms(down?.p50)}`),
];

const wayColumns: readonly Column<InStep<WayFigures>>[] = [
  column('way', ({ step, from, to }) => `${step}: ${from} → ${to}`),
  ...(['audio', 'video'] as const).flatMap((kind) => [
    column<InStep<WayFigures>>(kind, (way) => rate(way[kind].deliveredPerSecond)),
    column<InStep<WayFigures>>(
      'loss / allowed',
      (way) => `${percent(way[kind].lossPercent)} / ${percent(way.limits[`${kind}LossPercent`])}`,
    ),
    column<InStep<WayFigures>>('delay p50 / p99', (way) => spread(way[kind].delayMs, 'p50', 'p99')),
  ]),
  column('video by RTX', ({ video }) => percent(video.repairedPercent)),
  column('audio gaps', ({ audioGaps }) => String(audioGaps)),
  column('freezes', ({ freezes }) => String(freezes)),
];

/** Clients behind different networks, and media between them; nothing where all are alike. */
function groups(steps: readonly StepReport[]): string {
  const inSteps = <T>(of: (step: StepReport) => readonly T[]) =>
    steps.flatMap((step) => of(step).map((each) => ({ ...each, step: step.name })));
  const present = inSteps((step) => step.groups);
  if (present.length === 0) return '';
  return (
    `<h2>Clients by their own network</h2>${drawTable(groupColumns, present)}` +
    `<h2>Media between them</h2>${drawTable(
      wayColumns,
      inSteps((step) => step.ways),
    )}`
  );
}

const joinColumns: readonly Column<StepReport>[] = [
  stepName,
  column('joined', ({ joins }) => `${joins.attempted - joins.failed} of ${joins.attempted}`),
  ...(
    [
      ['signalling', 'signallingMs'],
      ['ICE', 'iceMs'],
      ['DTLS', 'dtlsMs'],
      ['channel', 'channelMs'],
      ['first audio', 'firstAudioMs'],
      ['first video', 'firstVideoMs'],
    ] as const
  ).map(([heading, key]) =>
    column<StepReport>(heading, ({ joins }) => spread(joins[key], 'p50', 'p95')),
  ),
  column('why not', ({ joins }) => joins.failures.join('; '), { isText: true }),
];

const bridgeColumns: readonly Column<StepReport>[] = [
  stepName,
  column('CPU a packet', ({ bridge }) =>
    bridge.usPerPacket === undefined ? UNKNOWN : `${bridge.usPerPacket.toFixed(1)} µs`,
  ),
  column('stress', ({ bridge }) => bridge.stress?.toFixed(2) ?? UNKNOWN),
  column('event loop p99', ({ bridge }) => ms(bridge.eventLoopDelayP99Ms)),
  column('waited for a processor', ({ machine }) => percent(machine.bridgeWaitedPercent)),
  column('cores used by others', ({ machine }) => machine.otherCores?.toString() ?? UNKNOWN),
  column('socket drops', ({ bridge }) => bridge.socketDrops?.toString() ?? UNKNOWN),
  column(
    'CPU of a core, memory',
    ({ bridge }) =>
      bridge.processes.length === 0
        ? 'not on this machine'
        : `${processes(bridge.processes, '%', (each) => each.cpuPercent)}; ${processes(bridge.processes, 'MB', (each) => each.residentMb)}`,
    { isText: true },
  ),
];

const generatorColumns: readonly Column<StepReport>[] = [
  stepName,
  column('CPU of a core', ({ generator }) =>
    generator.cpuPercent.map((each) => `${Math.round(each)} %`).join(' + '),
  ),
  column('sent late p50 / p99', ({ generator }) => spread(generator.latenessMs, 'p50', 'p99')),
  column('stood still p50 / max', ({ generator }) => spread(generator.stallMs, 'p50', 'max')),
  column('past the bridge p50 / p99', ({ generator }) =>
    spread(generator.ownDelayMs, 'p50', 'p99'),
  ),
  column('busiest thread', ({ generator }) => percent(generator.busiestThreadPercent)),
  column('socket drops', ({ generator }) => String(generator.socketDrops)),
];

type Row = Report['conservation']['rows'][number];

const conservationColumns: readonly Column<Row>[] = [
  column('sent towards receivers', ({ kind }) => kind),
  column('packets', ({ offered }) => String(offered)),
  column('delivered', ({ delivered }) => String(delivered)),
  column('lost', ({ lost }) => String(lost)),
  column('held back', ({ withheld }) => String(withheld)),
  column('missing', ({ missing }) => String(missing), {
    tint: ({ missing }) => (missing > 0 ? 'bad' : undefined),
  }),
];

function conservation({ conservation: { holds, rows, wire, uncompared } }: Report): string {
  if (rows.length === 0) return '';
  const counted = wire
    ? `<p>The bridge counts ${wire.sentByBridge} packets sent; ${wire.received.media} of media and ${wire.received.datagrams} of any kind arrived, ${wire.received.lost} got lost on the way.</p>`
    : leftOut(uncompared);
  const moved = rows.filter(({ offered }) => offered > 0);
  return `<h2>Conservation ${holds ? 'holds' : 'fails'}</h2>${drawTable(conservationColumns, moved)}${counted}`;
}

const limitColumns: readonly Column<readonly [string, number | undefined]>[] = [
  column('limit', ([name]) => words(name)),
  column('allowed', ([, value]) => value?.toString() ?? 'not judged'),
];

function leftOut(uncompared: string | undefined): string {
  return uncompared === undefined ? '' : `<p>${escape(uncomparedText(uncompared))}</p>`;
}

function findings({ findings: found, conservation: { notes } }: Report): string {
  const all = [...notes, ...found];
  if (all.length === 0) return '';
  return `<ul>${all.map((each) => `<li>${escape(each)}</li>`).join('')}</ul>`;
}

function broken(step: StepReport): string {
  const { violations, joins, cutOff } = step;
  const limits = violations.map(({ limit }) => limit);
  return [...faultsOf(step), ...limits, ...joins.failures, ...cutOff.reasons].join('; ');
}

/** The others may be the generator's own. */
function judged(count: number, found: Percentiles | undefined): string {
  return `${count} of ${found?.count ?? 0}`;
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond)}/s`;
}

function spread(
  value: Percentiles | undefined,
  low: keyof Percentiles,
  high: keyof Percentiles,
): string {
  return value ? `${ms(value[low])} / ${ms(value[high])}` : UNKNOWN;
}

/** `firstAudioP95Ms` → `first audio p95, ms`. */
function words(name: string): string {
  const parts = name.replaceAll(/P\d+|[A-Z][a-z]*/g, (part) => ` ${part.toLowerCase()}`);
  return parts
    .replace(/ ms$/, ', ms')
    .replace(/ percent$/, ', %')
    .replace(/ per minute$/, ', a minute');
}
