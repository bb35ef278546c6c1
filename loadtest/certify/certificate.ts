import { isGood } from '../report/judged-step.ts';
import type { Report, StepReport } from '../report/report.ts';
import { nativeFloor, type NativeLimits } from './native-limits.ts';

/** What of a measured rate is offered to the focus as full load: the rest is for what no test foresaw. */
const HEADROOM = 0.8;
/** JVB's proportion of recovery to load threshold (50,000 and 40,000 packets/s). */
const RECOVERY = 0.8;

export type Capacity = {
  readonly scenario: string;
  /** The highest step that passed; undefined = none did. */
  readonly highest: StepReport | undefined;
  /** In and out, as the bridge's own packet rate counts them. */
  readonly packetsPerSecond: number;
  /** `bridge`: the next step broke a limit; with the others it may carry more. */
  readonly limitedBy: 'bridge' | 'generator' | 'machine, which others used' | 'sizes';
};

export function capacityOf({ scenario, steps }: Report): Capacity {
  const passed = steps.filter(isGood);
  const highest = passed.at(-1);
  const rate = ({ audio, video }: StepReport) =>
    audio.sentPerSecond + video.sentPerSecond + audio.deliveredPerSecond + video.deliveredPerSecond;
  return {
    scenario,
    highest,
    packetsPerSecond: highest ? Math.round(rate(highest)) : 0,
    limitedBy: limitOf(steps.at(-1)),
  };
}

/** A climb ends with the step that was too much. */
function limitOf(last: StepReport | undefined): Capacity['limitedBy'] {
  if (last && last.generator.faults.length > 0) return 'generator';
  if (last && last.disturbances.length > 0) return 'machine, which others used';
  return last && last.violations.length > 0 ? 'bridge' : 'sizes';
}

/** The capacity of this machine in words and one table (Markdown). */
export function certificate(
  reports: readonly Report[],
  native: NativeLimits | undefined,
  date: string,
): string {
  const [first] = reports;
  const machine = first
    ? `${first.machine.cpu}, ${first.machine.cores} cores, ${first.machine.kernel}`
    : '';
  const capacities = reports.map(capacityOf);
  const rows = capacities.map(({ scenario, highest, packetsPerSecond, limitedBy }) => {
    const cost = highest?.bridge.usPerPacket?.toFixed(1) ?? '–';
    const limit = limitedBy === 'bridge' ? 'the bridge' : `the ${limitedBy}: it may carry more`;
    return `| ${scenario} | ${highest?.name ?? 'nothing passed'} | ${packetsPerSecond} | ${cost} | ${limit} |`;
  });
  return [
    `# Capacity, ${date}`,
    '',
    `${machine}. Bridge and load generator shared this machine where the bridge ran on it.`,
    '',
    '| rooms | carried | packets/s in and out | bridge µs a packet | limited by |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...(native
      ? nativeLines(native)
      : ['The native limits of this machine could not be measured.']),
    '',
    ...thresholdLines(capacities),
    '',
  ].join('\n');
}

function nativeLines(native: NativeLimits): string[] {
  const perSecond = (send: 'sendto' | 'gso 4') => Math.round(1e6 / nativeFloor(native, send));
  return [
    `At best one core of it sends ${perSecond('sendto')} small packets/s with a system call each, and ${perSecond('gso 4')} packets/s of ` +
      '1,100 bytes with segmentation offload of four (SRTP AEAD_AES_128_GCM included).',
  ];
}

/** Only a rate at which the bridge itself broke says what full load is. */
function thresholdLines(capacities: readonly Capacity[]): string[] {
  const [lowest] = capacities
    .filter(({ packetsPerSecond, limitedBy }) => packetsPerSecond > 0 && limitedBy === 'bridge')
    .toSorted((a, b) => a.packetsPerSecond - b.packetsPerSecond);
  if (!lowest) {
    return [
      'No threshold to configure: in none of these was the bridge the limit. Give --sizes that reach it, --processes, or run the load generator on another machine.',
    ];
  }
  const threshold = Math.floor(lowest.packetsPerSecond * HEADROOM);
  return [
    `Stress of 1 at ${HEADROOM * 100} % of the lowest at which the bridge was the limit (${lowest.scenario}):`,
    '',
    '```',
    'videobridge.load-management.load-measurements {',
    '  load-measurement = packet-rate',
    `  packet-rate { load-threshold = ${threshold}, recovery-threshold = ${Math.floor(threshold * RECOVERY)} }`,
    '}',
    '```',
  ];
}
