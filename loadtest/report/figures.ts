// How terminal and page write figures.
import type { NetworkProfile } from '../media/link.ts';
import type { BridgeFigures, GroupFigures, Violation } from './report.ts';

export const UNKNOWN = '–';

export function ms(value: number | undefined): string {
  if (value === undefined) return UNKNOWN;
  return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}

export function percent(value: number | undefined): string {
  return value === undefined ? UNKNOWN : `${Number(value.toFixed(2))} %`;
}

/** Processes of one name together: `mediasoup-worker 12 + 9 %`. */
export function processes(
  figures: BridgeFigures['processes'],
  unit: string,
  of: (each: BridgeFigures['processes'][number]) => number,
): string {
  const names = [...new Set(figures.map(({ name }) => name))];
  return names
    .map((name) => {
      const values = figures
        .filter((each) => each.name === name)
        .map((each) => Math.round(of(each)));
      return `${name} ${values.join(' + ')} ${unit}`;
    })
    .join(', ');
}

/** What is between clients and the bridge: `loses 2 %, 80 ms, 600 kbit/s`; both ways apart where they differ. */
export function networkText({ network: { up, down } }: Pick<GroupFigures, 'network'>): string {
  const [there, back] = [profileText(up), profileText(down)];
  return there === back ? there : `up ${there}; down ${back}`;
}

function profileText({ loss, burst, delayMs, capBps }: NetworkProfile): string {
  const parts = [
    loss > 0 && `loses ${percent(loss * 100)}${burst > 1 ? ` in bursts of ${burst}` : ''}`,
    delayMs > 0 && `${delayMs} ms`,
    capBps > 0 && `${Math.round(capBps / 1000)} kbit/s`,
  ];
  return parts.filter(Boolean).join(', ') || 'perfect';
}

/** `audio loss 4 %, allowed 0.5`. */
export function violationText({ limit, measured, allowed, unit }: Violation): string {
  return `${limit} ${Number(measured.toFixed(1))} ${unit}`.trimEnd() + `, allowed ${allowed}`;
}

/** That the bridge's own count of packets was left out of the accounts. */
export function uncomparedText(reason: string): string {
  return `The bridge's own count is left out: ${reason}.`;
}
