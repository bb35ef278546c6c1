import { posix } from 'node:path';
import type { Findings } from '../findings.ts';
import type { Origin } from '../hocon/origin.ts';
import type { Assignment, Assignments } from './assignment.ts';
import { parseCommandLine, type CommandLine, type ComponentFlag } from './command-line.ts';
import { parseProperties } from './properties.ts';
import { parseShellFile } from './shell-file.ts';

export type ReadFile = (path: string) => string | undefined;

/** Everything that says something, before it is known what it means. */
export type Sources = {
  /** jvb.conf */
  readonly hocon?: { readonly file: string; readonly text: string };
  /** sip-communicator.properties */
  readonly properties: Assignments;
  /** JVM properties, `-Dname=value`. */
  readonly defines: Assignments;
  /** Flags of the component era, from arguments or the shell file. */
  readonly component: ReadonlyMap<ComponentFlag, Assignment>;
  /** Variables of the shell file that were given for the component. */
  readonly componentVariables: readonly string[];
  /** Files read, in order. */
  readonly files: readonly string[];
};

const debianShellFile = '/etc/jitsi/videobridge/config';
const debianConfig = '/etc/jitsi/videobridge/jvb.conf';
const propertiesName = 'sip-communicator.properties';
const home = 'net.java.sip.communicator.SC_HOME_DIR_';
const commandLine: Origin = { file: 'command line', line: 0, column: 0 };

/**
 * Finds and reads the files. Without arguments that is what the packages of the JVB left in
 * /etc/jitsi/videobridge; beside a configuration given by `--config`, its sip-communicator.properties.
 */
export function gatherSources(
  argv: readonly string[],
  readFile: ReadFile,
  findings: Findings,
): Sources {
  const files: string[] = [];
  const read = (path: string): string | undefined => {
    const text = tryRead(readFile, path, findings);
    if (text !== undefined) files.push(path);
    return text;
  };
  const flags = parseCommandLine(argv, commandLine, findings);
  const named = flags.config !== undefined || flags.defines.has('config.file');
  const shellFile = flags.environmentFile ?? (named ? undefined : debianShellFile);
  const shellText = shellFile === undefined ? undefined : read(shellFile);
  if (flags.environmentFile !== undefined && shellText === undefined) {
    findings.fail({ message: `${flags.environmentFile} does not exist (--environment-file)` });
  }
  const shell = parseShellFile(shellText ?? '', shellFile ?? '');
  const { defines, component, componentVariables } = readShell(shell, flags, findings);
  const hocon = readHocon(flags, defines, read, findings);
  const propertiesFile = propertiesPath(flags, defines, hocon?.file);
  const properties = propertiesFile === undefined ? undefined : read(propertiesFile);
  if (flags.properties !== undefined && properties === undefined) {
    findings.fail({ message: `${flags.properties} does not exist (--properties)` });
  }
  if (files.length === 0 && findings.problems.length === 0) {
    findings.fail({ message: 'there is no configuration; name one with --config FILE' });
  }
  return {
    ...(hocon && { hocon }),
    properties: parseProperties(properties ?? '', propertiesFile ?? ''),
    defines,
    component,
    componentVariables,
    files,
  };
}

function tryRead(readFile: ReadFile, path: string, findings: Findings): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.fail({ message: `${path} cannot be read: ${reason}` });
    return undefined;
  }
}

const shellFlags = [
  ['JVB_HOSTNAME', 'domain'],
  ['JVB_HOST', 'host'],
  ['JVB_PORT', 'port'],
  ['JVB_SECRET', 'secret'],
] as const;

const jvmVariables = [
  'AUTHBIND',
  'JVB_EXTRA_JVM_PARAMS',
  'VIDEOBRIDGE_MAX_MEMORY',
  'VIDEOBRIDGE_GC_TYPE',
  'VIDEOBRIDGE_DEBUG_OPTIONS',
  'LOGFILE',
];

/** What the shell file gives to the JVB's command line and to its JVM; real arguments come first. */
function readShell(
  shell: Assignments,
  flags: CommandLine,
  findings: Findings,
): Pick<Sources, 'defines' | 'component' | 'componentVariables'> {
  const options = shell.get('JVB_OPTS');
  const more = parseCommandLine(words(options), options?.origin ?? commandLine, findings);
  const java = shell.get('JAVA_SYS_PROPS');
  const jvm = java && parseCommandLine(words(java), java.origin, findings);
  const component = new Map<ComponentFlag, Assignment>();
  for (const [variable, flag] of shellFlags) {
    const given = shell.get(variable);
    if (given && given.text !== '') component.set(flag, given);
    // The init script filled an empty host in.
    else if (given && flag === 'host') component.set(flag, { ...given, text: 'localhost' });
  }
  for (const variable of ['JAVA_SYS_PROPS', ...jvmVariables]) {
    const given = shell.get(variable);
    if (!given) continue;
    const message = 'settings of the JVM mean nothing here';
    findings.add({
      level: 'ignore',
      code: 'jvm-only',
      key: variable,
      message,
      origin: given.origin,
    });
  }
  return {
    defines: new Map([...(jvm?.defines ?? []), ...more.defines, ...flags.defines]),
    component: new Map([...component, ...more.component, ...flags.component]),
    componentVariables: shellFlags.map(([variable]) => variable).filter((name) => shell.has(name)),
  };
}

function words(assignment: Assignment | undefined): string[] {
  return (assignment?.text ?? '').split(/\s+/).filter((word) => word !== '');
}

function readHocon(
  flags: CommandLine,
  defines: Assignments,
  read: ReadFile,
  findings: Findings,
): Sources['hocon'] {
  const given = flags.config ?? defines.get('config.file')?.text;
  const file = given ?? debianConfig;
  // A shell file that names no jvb.conf is older than jvb.conf.
  if (given === undefined && defines.size > 0) return undefined;
  const text = read(file);
  if (text !== undefined) return { file, text };
  if (given !== undefined) {
    const by = flags.config === undefined ? '-Dconfig.file' : '--config';
    findings.fail({ message: `${given} does not exist (${by})` });
  }
  return undefined;
}

/** Where the JVB looks for it, else beside the configuration. */
function propertiesPath(
  flags: CommandLine,
  defines: Assignments,
  hoconFile: string | undefined,
): string | undefined {
  if (flags.properties !== undefined) return flags.properties;
  const location = defines.get(`${home}LOCATION`)?.text;
  const name = defines.get(`${home}NAME`)?.text;
  if (location !== undefined && name !== undefined) {
    return posix.join(location, name, propertiesName);
  }
  return hoconFile === undefined ? undefined : posix.join(posix.dirname(hoconFile), propertiesName);
}
