import { listenAddresses } from './addresses/listen-addresses.ts';
import { localInterfaces } from './addresses/local-interfaces.ts';
import { mediaAddresses, type MediaAddresses } from './addresses/media-addresses.ts';
import { resolveMappings } from './addresses/resolve-mappings.ts';
import { discoverByStun } from './addresses/stun-discovery.ts';
import type { IceConfig } from './ice-config.ts';

/**
 * Finds out, once at start, where media listens on this machine and what clients are told: names are looked up
 * and STUN servers asked, which takes `ice4j.harvest.timeout` at most.
 */
export async function bridgeAddresses(ice: IceConfig): Promise<MediaAddresses> {
  const interfaces = localInterfaces();
  const listen = listenAddresses(interfaces, ice.addresses);
  const [fixed, discovered] = await Promise.all([
    resolveMappings(ice.addresses.staticMappings),
    discoverByStun(listen, ice.addresses),
  ]);
  const mappings = [...fixed.mappings, ...discovered];
  const outside = { mappings, stunAnswers: discovered.length };
  const addresses = mediaAddresses(interfaces, ice, outside);
  return { ...addresses, warnings: [...addresses.warnings, ...fixed.warnings] };
}
