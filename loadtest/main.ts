#!/usr/bin/env node
// trestle-load: synthetic participants for a bridge, and a verdict. Exit codes: 0 PASS, 1 FAIL, 2 INVALID (the generator was too
// slow), 64 wrong usage, 70 the run itself broke, 130 stopped early by a signal.
import { readFileSync } from 'node:fs';
import { packageRoot } from '../demo/launcher/package-root.ts';
import {
  ArgumentError,
  type CompareArguments,
  type PrintArguments,
  readArguments,
  type RunArguments,
} from './arguments.ts';
import { certify } from './certify/certify.ts';
import { compareReports } from './report/compare.ts';
import { exitCodes } from './report/exit-codes.ts';
import type { Report } from './report/report.ts';
import { runLoad } from './run-load.ts';
import { messageOf } from '../src/base/message-of.ts';

const BROKEN = 70;

/** A run that somebody stopped ended as other programs do then, whatever its report says. */
function exitCodeOf({ interrupted, broken, verdict }: Report): number {
  if (broken) return BROKEN;
  return interrupted ? 130 : exitCodes[verdict.result];
}

async function run(args: RunArguments | CompareArguments | PrintArguments): Promise<number> {
  switch (args.command) {
    case 'print':
      process.stdout.write(`${args.text}\n`);
      return 0;
    case 'compare':
      return compareReports(args, (line) => process.stdout.write(`${line}\n`));
    case 'certify':
      return certify(args);
    default:
      return exitCodeOf(await runLoad(args));
  }
}

function versionOf(module: string): string {
  const file = new URL('package.json', packageRoot(module));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

try {
  process.exitCode = await run(
    await readArguments(process.argv.slice(2), versionOf(import.meta.url)),
  );
} catch (error) {
  process.stderr.write(`trestle-load: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ArgumentError ? 64 : BROKEN;
}
