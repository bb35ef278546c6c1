import { writeFileSync } from 'node:fs';
import type { RunArguments } from '../arguments.ts';
import { exitCodes } from '../report/exit-codes.ts';
import type { Report } from '../report/report.ts';
import { ownTerminal, type Terminal } from '../report/terminal.ts';
import { produceReport } from '../run-load.ts';
import { bundledScenario } from '../scenarios/load-scenario.ts';
import { type Certificate, certificateOf, certificateText } from './certificate.ts';
import { certificatePage } from './certificate-page.ts';
import { buildNative, measureNative, type NativeLimits } from './native-limits.ts';
import { messageOf } from '../../src/base/message-of.ts';

const shapes = ['meeting', 'many-rooms', 'webinar', 'audio'] as const;
/** To build it, by the names of Debian's packages. */
const needed = 'cmake, ninja-build, g++, libssl-dev and libsrtp2-dev';
/** Exit code after a signal; half a certificate is none. */
const INTERRUPTED = 130;

/**
 * Native limits and a step test of each shape of room; prints the capacity of this machine, and writes it where asked.
 * @returns the exit code
 */
export async function certify(args: RunArguments): Promise<number> {
  const terminal = ownTerminal();
  const native = nativeLimits(terminal, args.nativeSeconds);
  const reports: Report[] = [];
  for (const shape of shapes) {
    const scenario = bundledScenario(shape);
    const report = await produceReport({ ...args, command: 'step', scenario }, terminal);
    if (report.interrupted) return INTERRUPTED;
    if (report.broken) throw new Error(report.verdict.headline);
    reports.push(report);
  }
  const certificate = certificateOf(reports, native, new Date().toISOString().slice(0, 10));
  const text = certificateText(certificate);
  terminal.line(`\n${text}`);
  if (args.html !== undefined) writeFileSync(args.html, certificatePage(certificate));
  if (args.json !== undefined) {
    const written = { native, reports, certificate: text };
    writeFileSync(args.json, `${JSON.stringify(written, undefined, 1)}\n`);
  }
  return exitCodeOf(certificate);
}

/** That a climb ended at a limit is what it is for; each shape must have a capacity. */
export function exitCodeOf({ capacities }: Pick<Certificate, 'capacities'>): number {
  const refused = capacities.flatMap((capacity) => capacity.refused?.result ?? []);
  if (refused.includes('FAIL')) return exitCodes.FAIL;
  return refused.length > 0 ? exitCodes.INVALID : exitCodes.PASS;
}

function nativeLimits(terminal: Terminal, seconds: number): NativeLimits | undefined {
  terminal.line('measuring what this machine could do at best');
  try {
    buildNative();
    return measureNative(seconds);
  } catch (error) {
    terminal.line(`native-bench cannot be built here (it takes ${needed}): ${messageOf(error)}`);
    return undefined;
  }
}
