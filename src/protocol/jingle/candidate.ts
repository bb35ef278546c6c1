import { z } from 'zod';
import type { Candidate } from '../../model/transport.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { uint32, type AttributeLookup } from './attributes.ts';

const address = z.union([z.ipv4(), z.ipv6()]);
const protocols: readonly Candidate['protocol'][] = ['udp', 'tcp'];
const types: readonly Candidate['type'][] = ['host', 'srflx', 'prflx', 'relay'];
const tcpTypes: readonly NonNullable<Candidate['tcpType']>[] = ['active', 'passive', 'so'];
const maxPort = 0xffff;

/**
 * Reads the attributes of a `<candidate>` (XEP-0176). What is no candidate for a bridge is undefined, never an
 * error: names instead of addresses (mDNS), another generation, protocols browsers do not speak, and whatever a
 * client made up, since its focus passes it on unread and an error would cost everybody the bridge.
 */
export function decodeCandidate(attribute: AttributeLookup): Candidate | undefined {
  const ip = attribute('ip');
  const protocol = protocols.find((known) => known === attribute('protocol')?.toLowerCase());
  const type = types.find((known) => known === attribute('type'));
  const port = portNumber(attribute('port'));
  const priority = uint32(attribute('priority'));
  if (ip === undefined || protocol === undefined || type === undefined) return undefined;
  if (port === undefined || priority === undefined) return undefined;
  if ((attribute('generation') ?? '0') !== '0' || !address.safeParse(ip).success) return undefined;
  return withoutUndefined({
    foundation: attribute('foundation') ?? '',
    component: uint32(attribute('component')) ?? 1,
    protocol,
    priority,
    ip,
    port,
    type,
    relatedAddress: attribute('rel-addr'),
    relatedPort: portNumber(attribute('rel-port')),
    tcpType: tcpTypes.find((known) => known === attribute('tcptype')),
  });
}

/** The attributes of a `<candidate>`. `id` must be unique within the transport; it identifies nothing. */
export function candidateAttributes(
  candidate: Candidate,
  id: string,
): Readonly<Record<string, string>> {
  const { foundation, component, protocol, priority, ip, port, type } = candidate;
  return withoutUndefined({
    component: String(component),
    foundation,
    generation: '0',
    id,
    network: '0',
    priority: String(priority),
    protocol,
    type,
    ip,
    port: String(port),
    'rel-addr': candidate.relatedAddress,
    'rel-port': candidate.relatedPort?.toString(),
    tcptype: candidate.tcpType,
  });
}

function portNumber(value: string | undefined): number | undefined {
  const port = uint32(value);
  return port !== undefined && port <= maxPort ? port : undefined;
}
