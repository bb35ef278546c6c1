import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import type { ConfigWarning } from '../findings.ts';
import type { StaticMapping } from '../ice-config.ts';

/** Replaces host names among public addresses by what they resolve to now; those that do not are left out. */
export async function resolveMappings(
  mappings: readonly StaticMapping[],
): Promise<{ readonly mappings: StaticMapping[]; readonly warnings: ConfigWarning[] }> {
  const resolved = await Promise.all(mappings.map(resolveMapping));
  return {
    mappings: resolved.filter((mapping) => mapping !== undefined),
    warnings: mappings
      .filter((_, index) => resolved[index] === undefined)
      .map(({ publicAddress }) => ({
        level: 'warn',
        code: 'not-applicable',
        key: 'ice4j.harvest.mapping.static-mappings',
        message: `${publicAddress} does not resolve to an address, so this mapping is left out`,
      })),
  };
}

async function resolveMapping(mapping: StaticMapping): Promise<StaticMapping | undefined> {
  if (isIP(mapping.publicAddress) !== 0) return mapping;
  const family = isIPv6(mapping.localAddress) ? 6 : 4;
  const found = await lookup(mapping.publicAddress, { family }).catch(() => undefined);
  return found && { ...mapping, publicAddress: found.address };
}
