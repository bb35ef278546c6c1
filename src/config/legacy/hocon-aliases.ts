import type { ConfigWarning, Findings } from '../findings.ts';
import { scalarText, valueAt, type HoconObject, type HoconValue } from '../hocon/value.ts';
import { literalValue } from '../literal-value.ts';
import { inverted, percent, same, type Conversion } from './conversion.ts';
import type { NamedValue } from './translate-properties.ts';

type Alias = {
  readonly written: string;
  readonly keys: readonly string[];
  readonly convert: Conversion;
  /** What to tell; aliases of one group are told of once, under its key. */
  readonly note: Pick<ConfigWarning, 'level' | 'code' | 'key' | 'message'>;
};

const octo = deprecated('videobridge.octo', 'is read as videobridge.relay; write that');

/** Old names that a JVB reads before today's; of two for one key the first that is set counts. */
const aliases: readonly Alias[] = [
  alias('videobridge.octo.enabled', ['videobridge.relay.enabled'], same, octo),
  alias('videobridge.octo.region', ['videobridge.relay.region'], same, octo),
  alias('videobridge.octo.relay-id', ['videobridge.relay.relay-id'], same, octo),
  alias('jmt.bwe.google-cc.min-bw', ['jmt.bwe.estimator.min-bw']),
  alias('jmt.bwe.google-cc.max-bw', ['jmt.bwe.estimator.max-bw']),
  alias('videobridge.cc.thumbnail-max-height-px', [
    'videobridge.cc.default-max-height-px',
    'videobridge.cc.initial-max-height-px',
  ]),
  alias(
    'videobridge.cc.bwe-change-threshold-pct',
    ['videobridge.cc.bwe-change-threshold'],
    percent,
  ),
  alias(
    'videobridge.cc.enable-onstage-video-suspend',
    ['videobridge.cc.allow-oversend-onstage'],
    inverted,
  ),
  alias('videobridge.graceful-shutdown-delay', ['videobridge.shutdown.shutting-down-delay']),
];

const relayAddress = 'videobridge.octo.bind-address';
const tcp = 'videobridge.ice.tcp';
const tcpKeys = ['enabled', 'port', 'mapped-port'] as const;

/** All old names that are understood. */
export const aliasNames: ReadonlySet<string> = new Set([
  ...aliases.map(({ written }) => written),
  relayAddress,
  ...tcpKeys.map((name) => `${tcp}.${name}`),
  `${tcp}.ssltcp`,
]);

/** The values that old names in `own` give to today's keys. */
export function translateAliases(
  own: HoconObject,
  findings: Findings,
): ReadonlyMap<string, NamedValue> {
  const values = new Map<string, NamedValue>();
  for (const { written, keys, convert, note } of aliases) {
    const value = scalarAt(own, written);
    if (!value) continue;
    findings.addOnce({ ...note, origin: value.origin });
    const named = { written, value: literalValue(convert(value.text), value.origin) };
    for (const key of keys) if (!values.has(key)) values.set(key, named);
  }
  addRelayAddress(own, values, findings);
  addTcp(own, values, findings);
  return values;
}

/** The last resort for a relay's id. */
function addRelayAddress(
  own: HoconObject,
  values: Map<string, NamedValue>,
  findings: Findings,
): void {
  const key = 'videobridge.relay.relay-id';
  const value = scalarAt(own, relayAddress);
  if (!value) return;
  findings.addOnce({ ...octo, origin: value.origin });
  if (values.has(key) || scalarAt(own, key)) return;
  values.set(key, { written: relayAddress, value: literalValue(value.text, value.origin) });
}

/** ICE over TCP, gone from the JVB since 2024-07; keys of our own come first. */
function addTcp(own: HoconObject, values: Map<string, NamedValue>, findings: Findings): void {
  const block = valueAt(own, tcp.split('.'));
  if (block?.kind !== 'object') return;
  for (const name of tcpKeys) {
    const value = scalarAt(own, `${tcp}.${name}`);
    const key = `trestle.ice.tcp.${name}`;
    if (!value || scalarAt(own, key)) continue;
    values.set(key, { written: `${tcp}.${name}`, value: literalValue(value.text, value.origin) });
  }
  findings.add({
    level: 'warn',
    code: 'removed-key',
    key: tcp,
    message: 'is gone from the JVB since 2024; obeyed as trestle.ice.tcp, plain TCP candidates',
    origin: block.origin,
  });
  const isOn = scalarAt(own, `${tcp}.enabled`)?.text.toLowerCase() !== 'false';
  const framing = scalarAt(own, `${tcp}.ssltcp`);
  if (!isOn || framing?.text.toLowerCase() === 'false') return;
  findings.add({
    level: 'warn',
    code: 'unsupported',
    key: `${tcp}.ssltcp`,
    message:
      'was on by default; only plain TCP candidates are offered, without the framing that looks like TLS',
    origin: framing?.origin ?? block.origin,
  });
}

function scalarAt(
  own: HoconObject,
  path: string,
): { readonly text: string; readonly origin: HoconValue['origin'] } | undefined {
  const value = valueAt(own, path.split('.'));
  if (!value || value.kind === 'object' || value.kind === 'array' || value.kind === 'null') {
    return undefined;
  }
  return { text: scalarText(value), origin: value.origin };
}

function alias(
  written: string,
  keys: readonly string[],
  convert: Conversion = same,
  note: Alias['note'] = deprecated(written, `is the old name of ${keys.join(' and ')}; write that`),
): Alias {
  return { written, keys, convert, note };
}

function deprecated(key: string, message: string): Alias['note'] {
  return { level: 'warn', code: 'deprecated-name', key, message };
}
