import type { Verdict } from '../doctor/verdict.ts';
import { type Command, exitCodes } from './command.ts';
import { examine } from './doctor/examine.ts';
import { readConfig } from './read-config.ts';

const marks: Readonly<Record<Verdict['level'], string>> = {
  ok: ' ok ',
  skip: '  ? ',
  warn: 'WARN',
  fail: 'FAIL',
};

/** `trestle doctor`: what goes wrong in the field, looked for here. */
export const doctor: Command = {
  summary: 'look for what goes wrong in the field and say what to do; --json',
  run: async (invocation) => {
    const { argv, print } = invocation;
    const loaded = readConfig({ ...invocation, argv: argv.filter((flag) => flag !== '--json') });
    if (!loaded) return exitCodes.configuration;
    const verdicts = await examine(loaded);
    print(
      argv.includes('--json')
        ? JSON.stringify(verdicts, undefined, 2)
        : verdicts.map(describe).join('\n'),
    );
    return verdicts.some(({ level }) => level === 'fail') ? exitCodes.fatal : exitCodes.done;
  },
};

function describe({ level, check, found, why, todo }: Verdict): string {
  const indent = ' '.repeat(6);
  return [
    `${marks[level]}  ${check}: ${found}`,
    ...(why === undefined ? [] : [`${indent}why it matters: ${why}`]),
    ...(todo === undefined ? [] : [`${indent}what to do: ${todo}`]),
  ].join('\n');
}
