import { err, ok, type Result } from '../base/result.ts';
import type { BridgeConfig } from './bridge-config.ts';
import { buildConfig } from './build-config.ts';
import { EffectiveSettings } from './effective-settings.ts';
import { ConfigError, Findings, type ConfigWarning } from './findings.ts';
import type { Origin } from './hocon/origin.ts';
import { parseHocon } from './hocon/parse-hocon.ts';
import { mergeValues, valueAt, type HoconObject } from './hocon/value.ts';
import { defaultsTree } from './literal-value.ts';
import { readXmppClients } from './read-xmpp-clients.ts';
import { settings } from './settings/settings.ts';

export type ConfigSources = {
  /** The arguments after the program’s name. */
  readonly argv: readonly string[];
  /** Seen by `${NAME}` in files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined if it does not exist. May throw if it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
};

export type LoadedConfig = {
  readonly config: BridgeConfig;
  readonly warnings: readonly ConfigWarning[];
  /** Where each key got its value from. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Files read, in the order of reading. */
  readonly files: readonly string[];
};

/** Reads everything the bridge is told at start; the order of precedence is in docs/configuration.md. */
export function loadConfig(sources: ConfigSources): Result<LoadedConfig, ConfigError> {
  const findings = new Findings();
  const defaults = defaultsTree(settings);
  const file = sources.argv[sources.argv.indexOf('--config') + 1] ?? '';
  const text = sources.readFile(file);
  if (text === undefined) {
    return err(new ConfigError([{ message: `the configuration ${file} does not exist` }]));
  }
  const parsed = parseHocon({ file, text }, { ...sources, fallback: defaults });
  if (!parsed.ok) return err(new ConfigError([{ message: parsed.error.message }]));
  const tree = mergeValues(parsed.value.value, defaults) as HoconObject;
  const effective = new EffectiveSettings(tree, findings);
  const path = 'videobridge.apis.xmpp-client.configs';
  const configs = valueAt(tree, path.split('.'));
  const clients = configs?.kind === 'object' ? readXmppClients(configs, path, findings) : [];
  const config = buildConfig(effective, { clients }, findings);
  if (findings.problems.length > 0) return err(new ConfigError(findings.problems));
  return ok({
    config,
    warnings: findings.warnings,
    origins: effective.origins,
    files: parsed.value.files,
  });
}
