/** An ICE candidate as signalled (RFC 8445, XEP-0176). `priority` is unsigned 32-bit. */
export type Candidate = {
  readonly foundation: string;
  readonly component: number;
  readonly protocol: 'udp' | 'tcp';
  readonly priority: number;
  /** A literal IPv4 or IPv6 address. */
  readonly ip: string;
  readonly port: number;
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay';
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
  readonly tcpType?: 'active' | 'passive' | 'so';
};

export type DtlsSetup = 'actpass' | 'active' | 'passive';

/** A certificate fingerprint (RFC 8122): lower-case hash name, upper-case hex pairs joined by colons. */
export type Fingerprint = {
  readonly hash: string;
  readonly value: string;
  readonly setup: DtlsSetup;
};

export type IceCredentials = { readonly ufrag: string; readonly pwd: string };

/** The bridge's side of an endpoint's transport, to be signalled to the client. */
export type LocalTransport = IceCredentials & {
  readonly candidates: readonly Candidate[];
  readonly fingerprints: readonly Fingerprint[];
  /** Counts ICE restarts under way; absent outside one (colibri2.md §3.10). */
  readonly iceGeneration?: number;
};

/** What the client signalled of its side; everything is optional in an update. */
export type RemoteTransport = {
  readonly credentials?: IceCredentials;
  readonly candidates: readonly Candidate[];
  readonly fingerprints: readonly Fingerprint[];
  readonly iceGeneration?: number;
};
