import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../loadtest/report/report.ts';

const main = fileURLToPath(new URL('../../dist/loadtest/loadtest/main.js', import.meta.url));

export type LoadResult = {
  readonly code: number;
  readonly output: string;
  readonly report: Report;
};

/**
 * trestle-load as its user runs it; `during` may do something to its process meanwhile.
 * @throws Error when it did not come to a report
 */
export async function runTrestleLoad(
  args: readonly string[],
  during?: (pid: number) => Promise<void>,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-load-'));
  const json = join(folder, 'report.json');
  const child = spawn(process.execPath, [main, ...args, '--json', json], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const ended = once(child, 'close') as Promise<[number]>;
  await during?.(child.pid!);
  const [code] = await ended;
  try {
    // It is made at the start, to see whether it can be.
    const written = existsSync(json) ? readFileSync(json, 'utf8') : '';
    if (written === '') throw new Error(`trestle-load ended with ${code}: ${output}`);
    return { code, output, report: JSON.parse(written) as Report };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
