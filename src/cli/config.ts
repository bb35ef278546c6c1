import { printEffectiveConfig } from '../config/documentation/print-effective-config.ts';
import { printFindings } from '../config/documentation/print-findings.ts';
import { type Command, exitCodes } from './command.ts';
import { readConfig } from './read-config.ts';

/** `trestle config`: what counts, where it comes from, and what is not obeyed. */
export const config: Command = {
  summary:
    'print the configuration that counts and where each value comes from; --all: defaults, too',
  run: (invocation) => {
    const { argv, print } = invocation;
    const loaded = readConfig({ ...invocation, argv: argv.filter((flag) => flag !== '--all') });
    if (!loaded) return Promise.resolve(exitCodes.configuration);
    const { files, warnings } = loaded;
    const effective = printEffectiveConfig(loaded, argv.includes('--all'));
    print(`# read: ${files.join(', ')}\n\n${effective}${printFindings(warnings)}`.trimEnd());
    return Promise.resolve(exitCodes.done);
  },
};
