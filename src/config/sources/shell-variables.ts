import type { Findings } from '../findings.ts';
import type { Origin } from '../hocon/origin.ts';
import type { Assignment, Assignments } from './assignment.ts';
import { parseCommandLine, type ComponentFlag } from './command-line.ts';

/** What /etc/jitsi/videobridge/config gives to the JVB's command line and to its JVM. */
export type ShellVariables = {
  readonly defines: Assignments;
  readonly component: ReadonlyMap<ComponentFlag, Assignment>;
  /** Those of the component, as named. */
  readonly componentVariables: readonly string[];
};

const flags = new Map<string, ComponentFlag>([
  ['JVB_HOSTNAME', 'domain'],
  ['JVB_HOST', 'host'],
  ['JVB_PORT', 'port'],
  ['JVB_SECRET', 'secret'],
]);

/** JAVA_SYS_PROPS is read for what it says of files and settings; the rest of it means nothing either. */
const jvmVariables = [
  'JAVA_SYS_PROPS',
  'AUTHBIND',
  'JVB_EXTRA_JVM_PARAMS',
  'VIDEOBRIDGE_MAX_MEMORY',
  'VIDEOBRIDGE_GC_TYPE',
  'VIDEOBRIDGE_DEBUG_OPTIONS',
  'LOGFILE',
];

export function readShellVariables(shell: Assignments, findings: Findings): ShellVariables {
  const options = readOptions(shell.get('JVB_OPTS'), findings);
  const jvm = readOptions(shell.get('JAVA_SYS_PROPS'), findings);
  const component = new Map<ComponentFlag, Assignment>();
  for (const [variable, flag] of flags) {
    const given = shell.get(variable);
    // The init script took an empty host for this machine.
    const text = given?.text === '' && flag === 'host' ? 'localhost' : given?.text;
    if (given && text !== undefined && text !== '') component.set(flag, { ...given, text });
  }
  for (const key of jvmVariables) {
    const origin = shell.get(key)?.origin;
    const message = 'settings of the JVM mean nothing here';
    if (origin) findings.add({ level: 'ignore', code: 'jvm-only', key, message, origin });
  }
  return {
    defines: new Map([...jvm.defines, ...options.defines]),
    component: new Map([...component, ...options.component]),
    componentVariables: [...flags.keys()].filter((name) => shell.has(name)),
  };
}

const nowhere: Origin = { file: '', line: 0, column: 0 };

function readOptions(assignment: Assignment | undefined, findings: Findings) {
  const words = (assignment?.text ?? '').split(/\s+/).filter((word) => word !== '');
  return parseCommandLine(words, assignment?.origin ?? nowhere, findings);
}
