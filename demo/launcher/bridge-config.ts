import { networkInterfaces } from 'node:os';

export type BridgePorts = {
  readonly mediaUdp: number;
  readonly mediaTcp: number;
  readonly private: number;
  readonly public: number;
};

/**
 * The bridge's configuration for a call without XMPP: media on the given addresses, everything else on loopback,
 * where the focus reaches it. No look-ups outside this machine.
 */
export function embeddedConfig(addresses: readonly string[], ports: BridgePorts): string {
  return `
videobridge {
  ice.udp.port = ${ports.mediaUdp}
  apis.rest.enabled = true
  http-servers.private { host = "127.0.0.1", port = ${ports.private} }
  http-servers.public { host = "127.0.0.1", port = ${ports.public} }
  websockets { enabled = true, domains = ["127.0.0.1:${ports.public}"], tls = false }
  health.require-valid-address = false
}
ice4j.harvest {
  allowed-addresses = ${JSON.stringify(addresses)}
  mapping { aws.enabled = false, stun.addresses = [] }
}
trestle.ice {
  loopback = ${addresses.some(isLoopback)}
  tcp { enabled = true, port = ${ports.mediaTcp} }
}
`;
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

/**
 * Where media listens when the page is on `host`. For a page on loopback that is loopback and the machine's own
 * addresses: Firefox sends nothing from another interface to a loopback candidate, and has no loopback candidate.
 */
export function mediaAddresses(host: string): readonly string[] {
  if (!isLoopback(host)) return [host];
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return [host, ...own];
}
