import type { Findings } from '../findings.ts';
import { mergeValues, valueAt, type HoconObject, type HoconValue } from '../hocon/value.ts';
import { overlay } from '../literal-value.ts';
import type { Assignments } from '../sources/assignment.ts';
import { translateAliases } from './hocon-aliases.ts';
import { flattenTexts } from './flatten-texts.ts';
import {
  natMapping,
  translateProperties,
  type LegacySettings,
  type NamedValue,
} from './translate-properties.ts';

export type LayeredSettings = {
  /** Everything that is set, over the defaults. */
  readonly tree: HoconObject;
  /** Names under which keys were written, where not the key itself. */
  readonly names: ReadonlyMap<string, string>;
  /** Properties with their rank among themselves settled. */
  readonly properties: Assignments;
  readonly component: LegacySettings['component'];
};

const mappings = 'ice4j.harvest.mapping.static-mappings';

type Layers = {
  /** What jvb.conf sets. */
  readonly own: HoconObject;
  /** What is below it. */
  readonly defaults: HoconObject;
  readonly properties: Assignments;
  readonly defines: Assignments;
};

/** Lays legacy sources over jvb.conf, in the JVB's order (config.md §2.2). */
export function layerTree(layers: Layers, findings: Findings): LayeredSettings {
  const { own, defaults } = layers;
  const properties = rankProperties(layers);
  const legacy = translateProperties(properties, findings);
  const aliases = translateAliases(own, findings);
  warnOfShadowed(own, legacy.values, findings);
  const named = [...aliases, ...legacy.values];
  const nat = natMapping(properties);
  const modern = overlay(valuesOf(aliases), own);
  const set = overlay(valuesOf(legacy.values), nat ? withFirstMapping(modern, nat) : modern);
  const tree = mergeValues(set, defaults);
  if (nat && own.fields.size > 0) noteNatPair(nat, findings);
  return {
    tree: tree.kind === 'object' ? tree : defaults,
    names: new Map(named.map(([key, { written }]) => [key, written])),
    properties,
    component: legacy.component,
  };
}

/**
 * Of one property in several places: for org.ice4j jvb.conf counts before -D and -D before the file, as ice4j
 * reads them from the JVM; for the rest the file counts before -D.
 */
function rankProperties({ own, properties, defines }: Layers): Assignments {
  const org = own.fields.get('org');
  const written = org ? flattenTexts(org, 'org') : new Map();
  const isIce4j = ([name]: readonly [string, unknown]): boolean => name.startsWith('org.ice4j.');
  const isLegacy = ([name]: readonly [string, unknown]): boolean => name.startsWith('org.jitsi.');
  return new Map([
    ...[...defines].filter(isLegacy),
    ...properties,
    ...[...defines].filter(isIce4j),
    ...[...written].filter(isIce4j),
  ]);
}

function valuesOf(values: ReadonlyMap<string, NamedValue>): [string, HoconValue][] {
  return [...values].map(([key, { value }]) => [key, value]);
}

/** The NAT pair stands before the mappings of jvb.conf. */
function withFirstMapping(below: HoconObject, nat: HoconValue): HoconObject {
  const written = valueAt(below, mappings.split('.'));
  const items = [nat, ...(written?.kind === 'array' ? written.items : [])];
  return overlay([[mappings, { kind: 'array', items, origin: nat.origin }]], below);
}

function noteNatPair({ origin }: HoconValue, findings: Findings): void {
  findings.add({
    level: 'info',
    code: 'legacy-name',
    key: 'org.ice4j.ice.harvest.NAT_HARVESTER_*',
    message: `is one more of ${mappings}, the first`,
    origin,
  });
}

function warnOfShadowed(
  own: HoconObject,
  values: LegacySettings['values'],
  findings: Findings,
): void {
  for (const [key, { written }] of values) {
    const hidden = valueAt(own, key.split('.'));
    if (!hidden) continue;
    const message = `has no effect: ${written} comes first`;
    findings.add({ level: 'warn', code: 'shadowed', key, message, origin: hidden.origin });
  }
}
