import { resolveMappings } from './addresses/resolve-mappings.ts';
import { listenAddresses } from './addresses/listen-addresses.ts';
import { localInterfaces } from './addresses/local-interfaces.ts';
import { mediaAddresses, type MediaAddresses } from './addresses/media-addresses.ts';
import { discoverByStun, stunMappings } from './addresses/stun-discovery.ts';
import type { IceConfig } from './ice-config.ts';

export type BridgeAddresses = MediaAddresses & {
  /** STUN servers are configured and none answered (for `health.require-stun`). */
  readonly stunFailed: boolean;
};

/**
 * Finds out, once at start, where media listens on this machine and what clients are told: names are looked up
 * and STUN servers asked, which takes `ice4j.harvest.timeout` at most.
 */
export async function bridgeAddresses(ice: IceConfig): Promise<BridgeAddresses> {
  const interfaces = localInterfaces();
  const listen = listenAddresses(interfaces, ice.addresses);
  const [fixed, discovered] = await Promise.all([
    resolveMappings(ice.addresses.staticMappings),
    discoverByStun(listen, ice.addresses),
  ]);
  const mappings = [...fixed.mappings, ...stunMappings(discovered)];
  const addresses = mediaAddresses(interfaces, ice, mappings);
  const stunFailed = ice.addresses.stunServers.length > 0 && discovered.length === 0;
  return {
    ...addresses,
    stunFailed,
    warnings: [...addresses.warnings, ...fixed.warnings, ...(stunFailed ? [stunWarning] : [])],
  };
}

const stunWarning = {
  level: 'warn',
  code: 'stun-failed',
  key: 'ice4j.harvest.mapping.stun.addresses',
  message:
    'no STUN server answered, so the address outside is unknown; static mappings still apply',
} as const;
