// Candidates signalled to clients: from our own table, since mediasoup knows one announced address per socket only.
import { isIPv4 } from 'node:net';
import type { Candidate } from '../../model/transport.ts';
import type { AdvertisedAddress } from './media-options.ts';

/** The ports really listened on; TCP may be off. */
export type ListenPorts = { readonly udp: number; readonly tcp?: number };

const RTP_COMPONENT = 1;
/** RFC 8445 §5.1.2.2 recommends these; TCP goes below UDP (RFC 6544 §4.2). */
const typePreference = {
  host: { udp: 126, tcp: 90 },
  srflx: { udp: 100, tcp: 80 },
} as const;
const MAX_LOCAL_PREFERENCE = 65_535;
const hiddenAddress = '0.0.0.0';
const hiddenPort = 9;

/**
 * The candidates of one endpoint, best first.
 * @param showPrivate also private addresses (RFC 1918, RFC 4193) are signalled
 */
export function localCandidates(
  table: readonly AdvertisedAddress[],
  ports: ListenPorts,
  showPrivate: boolean,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const address of table) {
    const listened = address.protocol === 'udp' ? ports.udp : ports.tcp;
    if (listened === undefined) continue;
    if (!showPrivate && isPrivateAddress(address.ip)) continue;
    const preference = MAX_LOCAL_PREFERENCE - candidates.length;
    candidates.push({
      foundation: String(candidates.length + 1),
      component: RTP_COMPONENT,
      protocol: address.protocol,
      priority:
        typePreference[address.type][address.protocol] * 2 ** 24 +
        preference * 2 ** 8 +
        (256 - RTP_COMPONENT),
      ip: address.ip,
      port: address.port ?? listened,
      type: address.type,
      ...(address.type === 'srflx' && related(address, listened, showPrivate)),
      ...(address.protocol === 'tcp' && { tcpType: 'passive' as const }),
    });
  }
  return candidates;
}

function related(address: AdvertisedAddress, listenedPort: number, showPrivate: boolean) {
  const hidden = !showPrivate || address.relatedAddress === undefined;
  return {
    relatedAddress: hidden ? hiddenAddress : address.relatedAddress,
    relatedPort: hidden ? hiddenPort : (address.relatedPort ?? listenedPort),
  };
}

/** RFC 1918, RFC 4193 (fc00::/7) and the old site-local fec0::/10, as JVB counts them. */
export function isPrivateAddress(ip: string): boolean {
  if (isIPv4(ip)) {
    const [a = 0, b = 0] = ip.split('.').map(Number);
    return a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  }
  return /^(f[cd]|fe[c-f])[0-9a-f]{0,2}:/i.test(ip);
}
