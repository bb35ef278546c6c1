import { isIPv6 } from 'node:net';
import type { AddressConfig } from '../ice-config.ts';
import { isLinkLocal, isLoopback } from './address-kind.ts';
import type { LocalInterface } from './local-interfaces.ts';

/**
 * The local addresses that media listens on, as a JVB chooses them: one socket an address, never the wildcard.
 * An allow list that is not empty makes the block list irrelevant; names and addresses are exact.
 */
export function listenAddresses(
  interfaces: readonly LocalInterface[],
  config: AddressConfig,
): string[] {
  const usable = interfaces
    .filter(({ name }) => passes(name, config.allowedInterfaces, config.blockedInterfaces))
    .flatMap(({ addresses }) => addresses)
    .filter((ip) => passes(ip, config.allowedAddresses, config.blockedAddresses))
    .filter((ip) => config.ipv6 || !isIPv6(ip))
    .filter((ip) => config.linkLocal || !isLinkLocal(ip))
    .filter((ip) => config.loopback || !isLoopback(ip));
  return [...new Set(usable)];
}

function passes(name: string, allowed: readonly string[], blocked: readonly string[]): boolean {
  return allowed.length > 0 ? allowed.includes(name) : !blocked.includes(name);
}
