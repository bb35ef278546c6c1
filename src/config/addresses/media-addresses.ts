import type { ConfigWarning } from '../findings.ts';
import type { IceConfig, StaticMapping } from '../ice-config.ts';
import { isLinkLocal, isReachable } from './address-kind.ts';
import { listenAddresses } from './listen-addresses.ts';
import type { LocalInterface } from './local-interfaces.ts';

/** Where media listens and what clients are told. */
export type MediaAddresses = {
  /** Literals; media listens on each with the UDP port and, if on, the TCP port. */
  readonly listen: readonly string[];
  readonly advertise: readonly AdvertisedAddress[];
  /** STUN servers are configured and none answered (for `health.require-stun`). */
  readonly stunFailed: boolean;
  /** An address that others can reach is among them (for `health.require-valid-address`). */
  readonly hasValidAddress: boolean;
  readonly warnings: readonly ConfigWarning[];
};

/** An address for clients: ours (`host`), or what something in front of this machine maps to ours (`srflx`). */
export type AdvertisedAddress = {
  readonly protocol: 'udp' | 'tcp';
  readonly type: 'host' | 'srflx';
  readonly ip: string;
  /** Absent = the port listened on, which the system chose. */
  readonly port?: number;
  /** The local address and port behind a `srflx` one. */
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
};

/** What is known of the addresses outside. */
export type OutsideAddresses = {
  /** Static ones first, then what was discovered; public addresses are literals. */
  readonly mappings: readonly StaticMapping[];
  readonly stunAnswers: number;
};

type Listener = { readonly protocol: 'udp' | 'tcp'; readonly ip: string; readonly port: number };

/**
 * The table of config.md §3: local addresses and the mappings that apply to them, in order of preference.
 */
export function mediaAddresses(
  interfaces: readonly LocalInterface[],
  ice: IceConfig,
  outside: OutsideAddresses = { mappings: ice.addresses.staticMappings, stunAnswers: 0 },
): MediaAddresses {
  const listen = listenAddresses(interfaces, ice.addresses);
  const distinct = distinctMappings(outside.mappings);
  const stunFailed = ice.addresses.stunServers.length > 0 && outside.stunAnswers === 0;
  const listeners = listenersOf(listen, ice);
  const advertise = listeners.flatMap((listener) => [
    host(listener),
    ...mappedPort(listener, listener.ip, ice),
    ...distinct
      .filter((mapping) => applies(mapping, listener))
      .flatMap((mapping) => mapped(listener, mapping, ice)),
  ]);
  const hasValidAddress = advertise.some(({ ip }) => isReachable(ip));
  return {
    listen,
    advertise,
    hasValidAddress,
    stunFailed,
    warnings: [
      ...distinct.flatMap((mapping) => doubtsAbout(mapping, listeners)),
      ...(stunFailed ? [stunWarning] : []),
      ...(hasValidAddress || ice.addresses.loopback ? [] : [unreachable(advertise)]),
    ],
  };
}

function listenersOf(listen: readonly string[], ice: IceConfig): Listener[] {
  const { tcp } = ice;
  return [
    ...listen.map((ip) => ({ protocol: 'udp' as const, ip, port: ice.udpPort })),
    ...(tcp ? listen.map((ip) => ({ protocol: 'tcp' as const, ip, port: tcp.port })) : []),
  ];
}

/** A mapping without ports keeps the port; one with ports applies where media listens on its local port. */
function applies(mapping: StaticMapping, listener: Listener): boolean {
  const { localAddress, ports } = mapping;
  return localAddress === listener.ip && (!ports || ports.local === listener.port);
}

function mapped(listener: Listener, mapping: StaticMapping, ice: IceConfig): AdvertisedAddress[] {
  const ip = mapping.publicAddress;
  const own = srflx(listener, ip, mapping.ports?.public ?? listener.port);
  return [own, ...(mapping.ports ? [] : mappedPort(listener, ip, ice))];
}

/** The further TCP port that something in front forwards. */
function mappedPort(listener: Listener, ip: string, ice: IceConfig): AdvertisedAddress[] {
  const port = ice.tcp?.mappedPort;
  return listener.protocol === 'tcp' && port !== undefined ? [srflx(listener, ip, port)] : [];
}

function host({ protocol, ip, port }: Listener): AdvertisedAddress {
  return { protocol, type: 'host', ip, ...(port !== 0 && { port }) };
}

function srflx(listener: Listener, ip: string, port: number): AdvertisedAddress {
  const { protocol, ip: relatedAddress, port: relatedPort } = listener;
  const related = { relatedAddress, ...(relatedPort !== 0 && { relatedPort }) };
  return { protocol, type: 'srflx', ip, ...(port !== 0 && { port }), ...related };
}

/** Without those that change nothing and those that repeat an earlier one. */
function distinctMappings(mappings: readonly StaticMapping[]): StaticMapping[] {
  const seen = new Set<string>();
  return mappings.filter(({ localAddress, publicAddress, ports }) => {
    const key = [localAddress, publicAddress, ports?.local, ports?.public].join(' ');
    if (seen.has(key) || (localAddress === publicAddress && !ports)) return false;
    seen.add(key);
    return true;
  });
}

function doubtsAbout(mapping: StaticMapping, listeners: readonly Listener[]): ConfigWarning[] {
  const doubt = (message: string): ConfigWarning => ({
    level: 'warn',
    code: 'not-applicable',
    key: 'ice4j.harvest.mapping.static-mappings',
    message,
  });
  const { localAddress, publicAddress, ports } = mapping;
  const name = `${localAddress} → ${publicAddress}`;
  if (!listeners.some(({ ip }) => ip === localAddress)) {
    return [
      doubt(
        `${name} has no effect: media does not listen on ${localAddress}; is it this machine’s?`,
      ),
    ];
  }
  if (!listeners.some((listener) => applies(mapping, listener))) {
    return [doubt(`${name} has no effect: media does not listen on port ${ports?.local ?? 0}`)];
  }
  return isLinkLocal(publicAddress)
    ? [doubt(`${name}: others cannot reach a link-local address`)]
    : [];
}

/** Where nobody asked for clients on the same machine, this is the usual reason for calls without media. */
function unreachable(advertise: readonly AdvertisedAddress[]): ConfigWarning {
  const told = [...new Set(advertise.map(({ ip }) => ip))].join(', ');
  return {
    level: 'warn',
    code: 'unreachable',
    key: 'ice4j.harvest',
    message: told
      ? `CLIENTS ON THE INTERNET CANNOT REACH THIS BRIDGE: all it can tell them is ${told}; set ice4j.harvest.mapping.static-mappings or stun.addresses (docs/configuration.md, Addresses)`
      : 'no address is left for media to listen on: check ice4j.harvest.allowed-… and blocked-…',
  };
}

const stunWarning: ConfigWarning = {
  level: 'warn',
  code: 'stun-failed',
  key: 'ice4j.harvest.mapping.stun.addresses',
  message:
    'no STUN server answered, so the address outside is unknown; static mappings still apply',
};
