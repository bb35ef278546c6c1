import type { Findings } from '../findings.ts';
import type { Origin } from '../hocon/origin.ts';
import type { Assignment } from './assignment.ts';

/** What arguments say, ours and those of a JVB of the component era. */
export type CommandLine = {
  /** The files that our own flags name. */
  readonly files: ReadonlyMap<FileFlag, string>;
  /** `-Dname=value` */
  readonly defines: ReadonlyMap<string, Assignment>;
  /** `--name=value` of the component era; empty values are left out. */
  readonly component: ReadonlyMap<ComponentFlag, Assignment>;
};

/** A jvb.conf, shell assignments as in /etc/jitsi/videobridge/config, a sip-communicator.properties. */
const fileFlags = ['config', 'environment-file', 'properties'] as const;
export type FileFlag = (typeof fileFlags)[number];

const componentFlags = [
  'host',
  'domain',
  'port',
  'subdomain',
  'secret',
  'apis',
  'min-port',
  'max-port',
] as const;
export type ComponentFlag = (typeof componentFlags)[number];

/**
 * Reads arguments. One leading dash means the same as two; unknown flags are passed over with a warning.
 * @param origin where the arguments stand
 */
export function parseCommandLine(
  argv: readonly string[],
  origin: Origin,
  findings: Findings,
): CommandLine {
  const defines = new Map<string, Assignment>();
  const component = new Map<ComponentFlag, Assignment>();
  const files = new Map<FileFlag, string>();
  const queue = [...argv];
  for (let argument = queue.shift(); argument !== undefined; argument = queue.shift()) {
    const { dashes, name, value } = splitArgument(argument);
    if (dashes === '') warnOfUnknown(argument, origin, findings);
    else if (dashes === '-' && name.startsWith('D')) {
      defines.set(name.slice(1), { text: value ?? '', origin });
    } else if (isOneOf(fileFlags, name)) {
      const file = value ?? queue.shift();
      if (file) files.set(name, file);
      else findings.fail({ message: `--${name} needs a file: --${name} FILE` });
    } else if (isOneOf(componentFlags, name)) {
      if (counts(name, value)) component.set(name, { text: value, origin });
    } else warnOfUnknown(dashes + name, origin, findings);
  }
  return { files, defines, component };
}

function splitArgument(argument: string) {
  const [, dashes = '', name = '', value] = /^(-{0,2})([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
  return { dashes, name, value };
}

/** An empty list of interfaces means none; any other empty flag counts as absent. */
function counts(name: ComponentFlag, value: string | undefined): value is string {
  return value !== undefined && (value !== '' || name === 'apis');
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return names.some((known) => known === name);
}

function warnOfUnknown(key: string, origin: Origin, findings: Findings): void {
  const known = fileFlags.map((flag) => `--${flag} FILE`).join(', ');
  const message = `this argument means nothing here; known are ${known}`;
  findings.add({ level: 'warn', code: 'unknown-key', key, message, origin });
}
