import { isGood } from '../report/judged-step.ts';
import type { Report, StepReport, Verdict } from '../report/report.ts';
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
  readonly limitedBy: 'bridge' | 'generator' | 'machine, which others used, too' | 'sizes';
  /** Why there is no capacity: nothing passed, or packets are not accounted for. */
  readonly refused: Verdict | undefined;
};

export function capacityOf({ scenario, steps, verdict, conservation }: Report): Capacity {
  const highest = conservation.holds ? steps.findLast(isGood) : undefined;
  const rate = ({ audio, video }: StepReport) =>
    audio.sentPerSecond + video.sentPerSecond + audio.deliveredPerSecond + video.deliveredPerSecond;
  return {
    scenario,
    highest,
    packetsPerSecond: highest ? Math.round(rate(highest)) : 0,
    limitedBy: limitOf(steps.at(-1)),
    refused: highest ? undefined : verdict,
  };
}

/** A climb ends with the step that was too much. */
function limitOf(last: StepReport | undefined): Capacity['limitedBy'] {
  if (last && last.generator.faults.length > 0) return 'generator';
  if (last && last.disturbances.length > 0) return 'machine, which others used, too';
  return last && last.violations.length > 0 ? 'bridge' : 'sizes';
}

/** A written capacity of one machine. */
export type Certificate = {
  readonly title: string;
  readonly machine: string;
  readonly capacities: readonly Capacity[];
  /** What the machine could do at best. */
  readonly native: string;
  readonly threshold: Threshold;
};

type Threshold = { readonly text: string; readonly config: string | undefined };

export function certificateOf(
  reports: readonly Report[],
  native: NativeLimits | undefined,
  date: string,
): Certificate {
  const [first] = reports;
  const machine = first
    ? `${first.machine.cpu}, ${first.machine.cores} cores, ${first.machine.kernel}. `
    : '';
  const capacities = reports.map(capacityOf);
  return {
    title: `Capacity, ${date}`,
    machine: `${machine}Bridge and load generator shared this machine where the bridge ran on it.`,
    capacities,
    native: native
      ? nativeText(native)
      : 'The native limits of this machine could not be measured.',
    threshold: thresholdOf(capacities),
  };
}

/** The rows of its table, and their headings first. */
export function capacityTable({ capacities }: Certificate): readonly (readonly string[])[] {
  const rows = capacities.map(({ scenario, highest, packetsPerSecond, limitedBy, refused }) => [
    scenario,
    highest?.name ?? 'nothing',
    String(packetsPerSecond),
    highest?.bridge.usPerPacket?.toFixed(1) ?? '–',
    refused ? `${refused.result}: ${refused.headline}` : limitText(limitedBy),
  ]);
  return [
    ['rooms', 'carried', 'packets/s in and out', 'bridge µs a packet', 'limited by'],
    ...rows,
  ];
}

function limitText(limitedBy: Capacity['limitedBy']): string {
  return limitedBy === 'bridge' ? 'the bridge' : `the ${limitedBy}: it may carry more`;
}

/** As Markdown. */
export function certificateText(certificate: Certificate): string {
  const { title, machine, native, threshold } = certificate;
  const [headings = '', ...rows] = capacityTable(certificate).map(
    (row) => `| ${row.join(' | ')} |`,
  );
  return [
    `# ${title}`,
    '',
    machine,
    '',
    headings,
    '|---|---|---|---|---|',
    ...rows,
    '',
    native,
    '',
    threshold.text,
    ...(threshold.config === undefined ? [] : ['', '```', threshold.config, '```']),
    '',
  ].join('\n');
}

function nativeText(native: NativeLimits): string {
  const perSecond = (send: 'sendto' | 'gso 4') => Math.round(1e6 / nativeFloor(native, send));
  return (
    `At best one core of it sends ${perSecond('sendto')} small packets/s with a system call each, and ${perSecond('gso 4')} packets/s of ` +
    '1,100 bytes with segmentation offload of four (SRTP AEAD_AES_128_GCM included).'
  );
}

/** Only a rate at which the bridge itself broke says what full load is. */
function thresholdOf(capacities: readonly Capacity[]): Threshold {
  const [lowest] = capacities
    .filter(({ packetsPerSecond, limitedBy }) => packetsPerSecond > 0 && limitedBy === 'bridge')
    .toSorted((a, b) => a.packetsPerSecond - b.packetsPerSecond);
  if (!lowest) {
    return {
      text: 'No threshold to configure: in none of these was the bridge the limit. Give --sizes that reach it, --processes, or run the load generator on another machine.',
      config: undefined,
    };
  }
  const threshold = Math.floor(lowest.packetsPerSecond * HEADROOM);
  return {
    text: `Stress of 1 at ${HEADROOM * 100} % of the lowest at which the bridge was the limit (${lowest.scenario}):`,
    config: [
      'videobridge.load-management.load-measurements {',
      '  load-measurement = packet-rate',
      `  packet-rate { load-threshold = ${threshold}, recovery-threshold = ${Math.floor(threshold * RECOVERY)} }`,
      '}',
    ].join('\n'),
  };
}
