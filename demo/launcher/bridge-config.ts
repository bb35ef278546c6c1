export type BridgePorts = {
  readonly mediaUdp: number;
  readonly mediaTcp: number;
  readonly private: number;
  readonly public: number;
};

/**
 * The bridge's configuration for a call without XMPP: media on one address, everything else on loopback, where
 * the focus reaches it. No look-ups outside this machine.
 */
export function embeddedConfig(host: string, ports: BridgePorts): string {
  return `
videobridge {
  ice.udp.port = ${ports.mediaUdp}
  apis.rest.enabled = true
  http-servers.private { host = "127.0.0.1", port = ${ports.private} }
  http-servers.public { host = "127.0.0.1", port = ${ports.public} }
  websockets { enabled = true, domain = "127.0.0.1:${ports.public}", tls = false }
  health.require-valid-address = false
}
ice4j.harvest {
  allowed-addresses = ["${host}"]
  mapping { aws.enabled = false, stun.addresses = [] }
}
trestle.ice {
  loopback = ${isLoopback(host)}
  tcp { enabled = true, port = ${ports.mediaTcp} }
}
`;
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}
