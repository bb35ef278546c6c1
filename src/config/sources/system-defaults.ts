import type { HoconObject } from '../hocon/value.ts';
import { literalValue, overlay } from '../literal-value.ts';
import type { Assignments } from './assignment.ts';

/** Keys that the JVB's application.conf sets, which outranks the JVM's properties. */
const fixedByTheJvb = new Set([
  'ice4j.consent-freshness.interval',
  'ice4j.consent-freshness.max-retransmissions',
  'ice4j.harvest.use-link-local-addresses',
  'ice4j.harvest.udp.receive-buffer-size',
  'ice4j.harvest.udp.use-dynamic-ports',
  'ice4j.redact-remote-addresses',
]);

/** `-D<key>=value` replaces a default and nothing else, as in the JVB. */
export function systemDefaults(defines: Assignments, defaults: HoconObject): HoconObject {
  const given = [...defines]
    .filter(([name]) => /^(videobridge|jmt|ice4j|trestle)\./.test(name) && !fixedByTheJvb.has(name))
    .map(([name, { text, origin }]) => [name, literalValue(text, origin)] as const);
  return overlay(given, defaults);
}
