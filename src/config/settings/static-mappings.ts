import { isIP } from 'node:net';
import type { HoconValue } from '../hocon/value.ts';
import type { StaticMapping } from '../ice-config.ts';
import { port, text, type Reader, type Reading } from '../reader.ts';

const expected =
  'a list of { local-address = "10.0.0.7", public-address = "203.0.113.5" }, each with both local-port and public-port or neither';

/** `ice4j.harvest.mapping.static-mappings`. */
export const staticMappings: Reader<readonly StaticMapping[]> = {
  expected,
  read: (value) => {
    if (value.kind !== 'array') return { ok: false };
    const mappings: StaticMapping[] = [];
    for (const item of value.items) {
      const mapping = readMapping(item);
      if (!mapping.ok) return { expected, origin: item.origin, ...mapping };
      mappings.push(mapping.value);
    }
    return { ok: true, value: mappings };
  },
};

function readMapping(item: HoconValue): Reading<StaticMapping> {
  if (item.kind !== 'object') return { ok: false };
  const field = (name: string): string | undefined => {
    const value = item.fields.get(name);
    const reading = value && text.read(value);
    return reading?.ok ? reading.value.trim() : undefined;
  };
  const localAddress = field('local-address');
  const publicAddress = field('public-address');
  if (!localAddress || !publicAddress || isIP(localAddress) === 0) return { ok: false };
  const ports = readPorts(item.fields);
  if (!ports.ok) return ports;
  const name = field('name');
  return {
    ok: true,
    value: {
      localAddress,
      publicAddress,
      ...(ports.value && { ports: ports.value }),
      ...(name !== undefined && { name }),
    },
  };
}

function readPorts(
  fields: ReadonlyMap<string, HoconValue>,
): Reading<StaticMapping['ports'] | undefined> {
  const local = fields.get('local-port');
  const outside = fields.get('public-port');
  if (!local && !outside) return { ok: true, value: undefined };
  if (!local || !outside) return { ok: false };
  const localPort = port.read(local);
  if (!localPort.ok) return { ok: false, origin: local.origin, expected: port.expected };
  const publicPort = port.read(outside);
  if (!publicPort.ok) return { ok: false, origin: outside.origin, expected: port.expected };
  return { ok: true, value: { local: localPort.value, public: publicPort.value } };
}
