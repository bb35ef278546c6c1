#!/usr/bin/env node
import { createRequire } from 'node:module';
import { buildWorkerCommand } from './cli/build-worker.ts';
import { type Command, exitCodes } from './cli/command.ts';
import { config } from './cli/config.ts';
import { doctor } from './cli/doctor.ts';
import { maskedCommandLine } from './cli/hide-secrets.ts';
import { drain } from './cli/drain.ts';
import { run } from './cli/run.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const commands: Readonly<Record<string, Command>> = {
  run,
  drain,
  config,
  doctor,
  'build-worker': buildWorkerCommand,
};

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return ['usage: trestle [COMMAND] [OPTIONS]', '', ...lines, '', 'docs/operations.md'].join('\n');
}

async function dispatch([first, ...rest]: readonly string[]): Promise<number> {
  if (first === '--help' || first === '-h') {
    print(usage());
    return exitCodes.done;
  }
  if (first === '--version') {
    print(version);
    return exitCodes.done;
  }
  // Flags alone are those of the bridge, as a JVB's were.
  const name = first === undefined || first.startsWith('-') ? undefined : first;
  if (name !== undefined && !Object.hasOwn(commands, name)) {
    complain(`trestle: there is no command "${name}"\n${usage()}`);
    return exitCodes.usage;
  }
  const command = name === undefined ? run : commands[name];
  const argv = name === undefined && first !== undefined ? [first, ...rest] : rest;
  return (command ?? run).run({ argv, env: process.env, version, print, complain });
}

const commandLine = [process.argv0, ...process.execArgv, ...process.argv.slice(1)];
const masked = maskedCommandLine(commandLine);
// Setting the title to itself would leave the name of Node alone, and nothing to find a bridge by.
if (masked !== undefined) process.title = masked;

process.exit(await dispatch(process.argv.slice(2)));
