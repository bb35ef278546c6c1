import type { Secret } from '../base/secret.ts';

export type XmppConfig = {
  /** Logins that join a brewery MUC, by id. */
  readonly clients: readonly XmppClientConfig[];
  /** XEP-0114, as before 2020. */
  readonly component?: XmppComponentConfig;
  readonly presenceIntervalMs: number;
  /** Names of statistics that presence may hold; absent = all. */
  readonly presenceStats?: readonly string[];
};

export type XmppClientConfig = {
  readonly id: string;
  readonly hostname: string;
  readonly port: number;
  readonly domain: string;
  readonly username: string;
  readonly password: Secret;
  /** Bare JIDs of the rooms. */
  readonly mucJids: readonly string[];
  readonly mucNickname: string;
  /** Accept any certificate and host name. */
  readonly disableCertificateVerification: boolean;
  readonly iqHandlerMode: 'sync' | 'async';
  readonly securityMode: 'required' | 'ifpossible' | 'disabled';
};

export type XmppComponentConfig = {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly subdomain: string;
  /** `<subdomain>.<domain>` */
  readonly jid: string;
  readonly secret: Secret;
  /** Matches whole full JIDs that may send requests; absent = everyone. */
  readonly authorizedSource?: RegExp;
  /** The same for requests to shut down. */
  readonly shutdownSource?: RegExp;
  /** Where statistics are published. */
  readonly pubSub?: { readonly service: string; readonly node: string };
};
