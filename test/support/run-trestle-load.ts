import { type ChildProcessByStdio, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../loadtest/report/report.ts';

const main = fileURLToPath(new URL('../../dist/loadtest/loadtest/main.js', import.meta.url));

const piped = { stdio: ['ignore', 'pipe', 'pipe'] } as const satisfies SpawnOptions;
const terminal = { ...process.env, TERM: 'xterm' };

export type LoadResult = {
  readonly code: number;
  readonly output: string;
  readonly report: Report;
};

/** trestle-load as its user runs it; `during` may do something to its process meanwhile. */
export async function runProgram(
  args: readonly string[],
  during?: (pid: number) => Promise<void>,
): Promise<Omit<LoadResult, 'report'>> {
  return finished(spawn(process.execPath, [main, ...args], piped), during);
}

async function finished(
  child: ChildProcessByStdio<null, Readable, Readable>,
  during?: (pid: number) => Promise<void>,
): Promise<Omit<LoadResult, 'report'>> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const ended = once(child, 'close') as Promise<[number]>;
  await during?.(child.pid!);
  const [code] = await ended;
  return { code, output };
}

/** In a terminal of its own, 200 columns wide (script(1) of bsdutils). */
export async function runInTerminal(args: readonly string[]): Promise<Omit<LoadResult, 'report'>> {
  const command = [process.execPath, main, ...args].map((each) => `'${each}'`).join(' ');
  const inside = `stty cols 200; ${command}`;
  return finished(spawn('script', ['-qefc', inside, '/dev/null'], { ...piped, env: terminal }));
}

/**
 * The same, and its report.
 * @throws Error when it did not come to one
 */
export async function runTrestleLoad(
  args: readonly string[],
  during?: (pid: number) => Promise<void>,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-load-'));
  const json = join(folder, 'report.json');
  try {
    const { code, output } = await runProgram([...args, '--json', json], during);
    // It is made at the start, to see whether it can be.
    const written = existsSync(json) ? readFileSync(json, 'utf8') : '';
    if (written === '') throw new Error(`trestle-load ended with ${code}: ${output}`);
    return { code, output, report: JSON.parse(written) as Report };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The same until the machine was free enough for what is asked for, twice more at most: where others had the processors the load tester
 * says so itself and judges nothing.
 */
export async function runUntil(
  isWanted: (report: Report) => boolean,
  args: readonly string[],
): Promise<LoadResult> {
  let result = await runTrestleLoad(args);
  for (let again = 0; again < 2 && !isWanted(result.report); again += 1) {
    result = await runTrestleLoad(args);
  }
  return result;
}
