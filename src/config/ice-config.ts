/** Ports and addresses of the media side. */
export type IceConfig = {
  readonly udpPort: number;
  /** Absent = no TCP candidates. */
  readonly tcp?: IceTcpConfig;
  /** False: private addresses are told only to endpoints that ask for them. */
  readonly advertisePrivateCandidates: boolean;
  readonly restart: boolean;
  /** How long a path without consent checks stays up. */
  readonly consentTimeoutMs: number;
  /** SO_RCVBUF of media sockets, bytes. */
  readonly receiveBufferBytes: number;
  readonly addresses: AddressConfig;
};

export type IceTcpConfig = {
  readonly port: number;
  /** Signalled beside `port`: something in front forwards it here. */
  readonly mappedPort?: number;
};

/** Which local addresses media uses and what the outside calls them (config.md §3). */
export type AddressConfig = {
  readonly ipv6: boolean;
  readonly linkLocal: boolean;
  readonly loopback: boolean;
  /** An allow list that is not empty makes the block list irrelevant. */
  readonly allowedAddresses: readonly string[];
  readonly blockedAddresses: readonly string[];
  readonly allowedInterfaces: readonly string[];
  readonly blockedInterfaces: readonly string[];
  readonly staticMappings: readonly StaticMapping[];
  readonly stunServers: readonly StunServer[];
  readonly aws: boolean;
  /** Limit of asking STUN servers. */
  readonly discoveryTimeoutMs: number;
};

export type StunServer = { readonly host: string; readonly port: number };

/** A local address as seen from outside. With ports it applies only where media listens on `localPort`. */
export type StaticMapping = {
  readonly localAddress: string;
  /** An address, or a host name that is resolved at start. */
  readonly publicAddress: string;
  readonly ports?: { readonly local: number; readonly public: number };
  readonly name?: string;
};
