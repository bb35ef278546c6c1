import { err, ok, type Result } from '../base/result.ts';
import type { BridgeConfig } from './bridge-config.ts';
import { buildConfig } from './build-config.ts';
import type { ServersTls } from './build-http.ts';
import { buildTls, type ReadBytes } from './build-tls.ts';
import { checkConfig } from './check-config.ts';
import { checkKeys } from './check-keys.ts';
import { EffectiveSettings } from './effective-settings.ts';
import { ConfigError, Findings, type ConfigWarning } from './findings.ts';
import type { Origin } from './hocon/origin.ts';
import { parseHocon } from './hocon/parse-hocon.ts';
import type { HoconObject } from './hocon/value.ts';
import { layerTree, type LayeredSettings } from './legacy/layer-tree.ts';
import { defaultsTree, literalValue, overlay, treeOf } from './literal-value.ts';
import { asksForApi } from './read-component.ts';
import { readLogins, type XmppLogins } from './read-logins.ts';
import { settings } from './settings/settings.ts';
import { systemDefaults } from './sources/system-defaults.ts';
import { gatherSources, type ReadFile, type Sources } from './sources/gather-sources.ts';

export type ConfigSources = {
  /** The arguments after the program’s name. */
  readonly argv: readonly string[];
  /** Seen by `${NAME}` in files. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined if it does not exist. May throw if it cannot be read. */
  readonly readFile: ReadFile;
  /** For key stores. */
  readonly readBytes: ReadBytes;
};

export type LoadedConfig = {
  readonly config: BridgeConfig;
  readonly warnings: readonly ConfigWarning[];
  /** Where each key got its value from. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly settings: EffectiveSettings;
  readonly logins: XmppLogins;
  readonly tls: ServersTls;
  /** Files read, in the order of reading. */
  readonly files: readonly string[];
};

/** Reads everything the bridge is told at start; the order of precedence is in docs/configuration.md. */
export function loadConfig(inputs: ConfigSources): Result<LoadedConfig, ConfigError> {
  const findings = new Findings();
  const sources = gatherSources(inputs.argv, inputs.readFile, findings);
  if (findings.problems.length > 0) return err(new ConfigError(findings.problems));
  const defaults = systemDefaults(sources.defines, defaultsTree(settings));
  const parsed = parseSource(sources, inputs, defaults);
  if (!parsed.ok) return parsed;
  const own = parsed.value.value;
  checkKeys(own, findings);
  const { properties, defines } = sources;
  const layered = layerTree({ own, defaults, properties, defines }, findings);
  const logins = readLogins(sources, layered, own, findings);
  const tree = withComponentRest(layered, logins, sources);
  const effective = new EffectiveSettings(tree, layered.names, findings);
  const tls = {
    private: buildTls(effective, 'private', inputs.readBytes, findings),
    public: buildTls(effective, 'public', inputs.readBytes, findings),
  };
  const built = buildConfig(effective, { logins, tls }, findings);
  const config = checkConfig(built, effective, findings);
  if (findings.problems.length > 0) return err(new ConfigError(findings.problems));
  const entries = [...effective.all()].map(([key, { source }]) => [key, source.origin] as const);
  return ok({
    config,
    warnings: findings.warnings,
    origins: new Map(entries),
    settings: effective,
    logins,
    tls,
    files: [...new Set([...sources.files, ...parsed.value.files])],
  });
}

/** Flags of a component that ask for the REST interface switch it on. */
function withComponentRest(
  { tree, names }: LayeredSettings,
  { component }: XmppLogins,
  sources: Sources,
): HoconObject {
  const key = 'videobridge.apis.rest.enabled';
  const apis = sources.component.get('apis');
  if (!component || !apis || names.has(key) || !asksForApi(sources.component, 'rest')) return tree;
  return overlay([[key, literalValue(true, apis.origin)]], tree);
}

type Parsed = { readonly value: HoconObject; readonly files: readonly string[] };

function parseSource(
  { hocon }: Sources,
  { env, readFile }: ConfigSources,
  fallback: HoconObject,
): Result<Parsed, ConfigError> {
  if (!hocon) return ok({ value: treeOf([]), files: [] });
  const parsed = parseHocon(hocon, { env, readFile, fallback });
  return parsed.ok ? parsed : err(new ConfigError([{ message: parsed.error.message }]));
}
