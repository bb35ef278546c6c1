import type { Findings } from '../findings.ts';
import type { Origin } from '../hocon/origin.ts';
import type { Assignment } from './assignment.ts';

/** What arguments say, ours and those of a JVB of the component era. */
export type CommandLine = {
  /** `--config FILE`: a jvb.conf. */
  readonly config?: string;
  /** `--environment-file FILE`: shell assignments as in /etc/jitsi/videobridge/config. */
  readonly environmentFile?: string;
  /** `--properties FILE`: a sip-communicator.properties. */
  readonly properties?: string;
  /** `-Dname=value` */
  readonly defines: ReadonlyMap<string, Assignment>;
  /** `--name=value` of the component era; empty values are left out. */
  readonly component: ReadonlyMap<ComponentFlag, Assignment>;
};

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

const ownFlags = ['config', 'environment-file', 'properties'] as const;

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
  const own = new Map<string, string>();
  const queue = [...argv];
  for (let argument = queue.shift(); argument !== undefined; argument = queue.shift()) {
    const [, dashes = '', name = '', given] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (dashes === '-' && name.startsWith('D')) {
      defines.set(name.slice(1), { text: given ?? '', origin });
    } else if (ownFlags.some((flag) => flag === name)) {
      const value = given ?? queue.shift();
      if (value === undefined || value === '') {
        findings.fail({ message: `--${name} needs a file: --${name} FILE` });
      } else own.set(name, value);
    } else if (isComponentFlag(name)) {
      // An empty list of interfaces means none; any other empty flag is one that is not there.
      if (given !== undefined && (given !== '' || name === 'apis')) {
        component.set(name, { text: given, origin });
      }
    } else {
      findings.add({
        level: 'warn',
        code: 'unknown-key',
        key: argument.replace(/=.*$/s, ''),
        message: `this argument means nothing here; known are ${ownFlags.map((flag) => `--${flag}`).join(', ')}`,
        origin,
      });
    }
  }
  const [config, environmentFile, properties] = ownFlags.map((flag) => own.get(flag));
  return {
    ...(config !== undefined && { config }),
    ...(environmentFile !== undefined && { environmentFile }),
    ...(properties !== undefined && { properties }),
    defines,
    component,
  };
}

function isComponentFlag(name: string): name is ComponentFlag {
  return componentFlags.some((flag) => flag === name);
}
