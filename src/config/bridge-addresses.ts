import { awsMetadata, discoverByAws } from './addresses/aws-discovery.ts';
import { listenAddresses } from './addresses/listen-addresses.ts';
import { localInterfaces } from './addresses/local-interfaces.ts';
import { mediaAddresses, type MediaAddresses } from './addresses/media-addresses.ts';
import { resolveMappings } from './addresses/resolve-mappings.ts';
import { discoverByStun } from './addresses/stun-discovery.ts';
import type { IceConfig } from './ice-config.ts';

/**
 * Finds out, once at start, where media listens on this machine and what clients are told: names are looked up,
 * STUN servers and the metadata of EC2 asked, which takes `ice4j.harvest.timeout` at most.
 */
export async function bridgeAddresses(
  ice: IceConfig,
  metadata: string = awsMetadata,
): Promise<MediaAddresses> {
  const interfaces = localInterfaces();
  const { addresses: config } = ice;
  const listen = listenAddresses(interfaces, config);
  const [fixed, aws, discovered] = await Promise.all([
    resolveMappings(config.staticMappings),
    config.aws ? discoverByAws(metadata, config.discoveryTimeoutMs) : undefined,
    discoverByStun(listen, config),
  ]);
  const mappings = [...fixed.mappings, ...(aws ? [aws] : []), ...discovered];
  const outside = { mappings, stunAnswers: discovered.length };
  const addresses = mediaAddresses(interfaces, ice, outside);
  return { ...addresses, warnings: [...addresses.warnings, ...fixed.warnings] };
}
