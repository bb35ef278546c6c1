import { posix } from 'node:path';
import type { Findings } from '../findings.ts';
import type { Origin } from '../hocon/origin.ts';
import type { Assignment, Assignments } from './assignment.ts';
import { parseCommandLine, type ComponentFlag, type FileFlag } from './command-line.ts';
import { parseProperties } from './properties.ts';
import { parseShellFile } from './shell-file.ts';
import { readShellVariables } from './shell-variables.ts';
import { messageOf } from '../../base/message-of.ts';

/** The text of a file; undefined if it does not exist. May throw if it cannot be read. */
export type ReadFile = (path: string) => string | undefined;

/** Everything that says something, before it is known what it means. */
export type Sources = {
  /** jvb.conf */
  readonly hocon?: TextFile;
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

type TextFile = { readonly file: string; readonly text: string };

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
  const flags = parseCommandLine(argv, commandLine, findings);
  const reader = new FileReader(readFile, flags.files, findings);
  const isNamed = flags.files.has('config') || flags.defines.has('config.file');
  const shellFile = reader.read('environment-file', isNamed ? undefined : debianShellFile);
  const shell = readShellVariables(
    shellFile ? parseShellFile(shellFile.text, shellFile.file) : new Map(),
    findings,
  );
  const defines = new Map([...shell.defines, ...flags.defines]);
  // A shell file that names no jvb.conf is older than jvb.conf.
  const usual = shellFile ? undefined : debianConfig;
  const hocon = reader.read('config', usual, defines.get('config.file')?.text);
  const properties = reader.read('properties', propertiesPath(defines, hocon));
  if (reader.files.length === 0 && findings.problems.length === 0) {
    findings.fail({ message: 'there is no configuration; name one with --config FILE' });
  }
  return {
    ...(hocon && { hocon }),
    properties: properties ? parseProperties(properties.text, properties.file) : new Map(),
    defines,
    component: new Map([...shell.component, ...flags.component]),
    componentVariables: shell.componentVariables,
    files: reader.files,
  };
}

/** Reads files that flags or custom name. */
class FileReader {
  readonly files: string[] = [];
  readonly #readFile: ReadFile;
  readonly #flags: ReadonlyMap<FileFlag, string>;
  readonly #findings: Findings;

  constructor(readFile: ReadFile, flags: ReadonlyMap<FileFlag, string>, findings: Findings) {
    this.#readFile = readFile;
    this.#flags = flags;
    this.#findings = findings;
  }

  /**
   * The file that the flag names, else `defined`: either has to exist.
   * @param usual where it is looked for otherwise
   */
  read(flag: FileFlag, usual: string | undefined, defined?: string): TextFile | undefined {
    const byFlag = this.#flags.get(flag);
    const file = byFlag ?? defined ?? usual;
    if (file === undefined) return undefined;
    const byDefine = defined === undefined ? undefined : '-Dconfig.file';
    const text = this.#text(file, byFlag === undefined ? byDefine : `--${flag}`);
    if (text === undefined) return undefined;
    this.files.push(file);
    return { file, text };
  }

  #text(file: string, namedBy: string | undefined): string | undefined {
    try {
      const text = this.#readFile(file);
      if (text === undefined && namedBy !== undefined) {
        this.#findings.fail({ message: `${file} does not exist (${namedBy})` });
      }
      return text;
    } catch (error) {
      const reason = messageOf(error);
      this.#findings.fail({ message: `${file} cannot be read: ${reason}` });
      return undefined;
    }
  }
}

/** Where the JVB looks for it, else beside the configuration. */
function propertiesPath(defines: Assignments, hocon: TextFile | undefined): string | undefined {
  const location = defines.get(`${home}LOCATION`)?.text;
  const name = defines.get(`${home}NAME`)?.text;
  if (location !== undefined && name !== undefined) {
    return posix.join(location, name, propertiesName);
  }
  return hocon && posix.join(posix.dirname(hocon.file), propertiesName);
}
