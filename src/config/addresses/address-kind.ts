import { BlockList, isIPv6 } from 'node:net';

function blockList(
  subnets: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[],
): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

const loopback = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);

const linkLocal = blockList([
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
]);

/** Java's site-local: RFC 1918 and fec0::/10. Unique local (fc00::/7) and 100.64.0.0/10 are not among them. */
const siteLocal = blockList([
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fec0::', 10, 'ipv6'],
]);

export function isLoopback(ip: string): boolean {
  return contains(loopback, ip);
}

export function isLinkLocal(ip: string): boolean {
  return contains(linkLocal, ip);
}

/** Whether others can reach it, by the rules of the JVB's health check. */
export function isReachable(ip: string): boolean {
  return !isLoopback(ip) && !isLinkLocal(ip) && !contains(siteLocal, ip);
}

function contains(list: BlockList, ip: string): boolean {
  return list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
