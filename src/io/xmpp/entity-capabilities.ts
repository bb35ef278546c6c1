// What we say we are: service discovery (XEP-0030) and its hash in every presence (XEP-0115).
import { createHash } from 'node:crypto';
import type { XmlElement } from '../../base/xml-element.ts';
import { element } from './xml.ts';

export type DiscoIdentity = {
  readonly category: string;
  readonly type: string;
  readonly name: string;
};

export type EntityCapabilities = {
  readonly identity: DiscoIdentity;
  readonly features: readonly string[];
};

/** Names the software in `<c node>`; with `#<ver>` it is the node that peers may query. */
const capsNode = 'urn:trestle:caps';

/**
 * The union of what bridges of 2018 (a focus takes nothing for a bridge without all four of colibri, dtls,
 * ice-udp and raw-udp) and of today advertise (operations.md §1.6, §2.4).
 */
export const bridgeFeatures: readonly string[] = [
  'http://jabber.org/protocol/caps',
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'http://jabber.org/protocol/muc',
  'http://jitsi.org/protocol/colibri',
  'http://jitsi.org/protocol/healthcheck',
  'jabber:iq:last',
  'jabber:iq:version',
  'jitsi:colibri2',
  'urn:xmpp:jingle:apps:dtls:0',
  'urn:xmpp:jingle:transports:ice-udp:1',
  'urn:xmpp:jingle:transports:raw-udp:1',
  'urn:xmpp:ping',
  'urn:xmpp:time',
];

/** The MUC client's face: an ordinary client (operations.md §1.6). */
export const clientCapabilities: EntityCapabilities = {
  identity: { category: 'client', type: 'pc', name: 'Trestle' },
  features: bridgeFeatures,
};

/** The component's face, as a focus of 2018 expects it (operations.md §2.3). */
export const componentCapabilities: EntityCapabilities = {
  identity: { category: 'component', type: 'conference', name: 'JitsiVideobridge' },
  features: bridgeFeatures,
};

/** The verification string of XEP-0115 §5.1 (no forms, no language): base64 of SHA-1. */
export function capsVer({ identity, features }: EntityCapabilities): string {
  const { category, type, name } = identity;
  const text = [`${category}/${type}//${name}`, ...[...features].sort(), ''].join('<');
  return createHash('sha1').update(text).digest('base64');
}

/** `<c/>` for a presence. */
export function capsElement(capabilities: EntityCapabilities): XmlElement {
  return element('c', {
    xmlns: 'http://jabber.org/protocol/caps',
    hash: 'sha-1',
    node: capsNode,
    ver: capsVer(capabilities),
  });
}

/**
 * The answer to disco#info, with the queried node echoed; undefined for a node that is not ours.
 */
export function discoInfo(
  capabilities: EntityCapabilities,
  node: string | undefined,
): XmlElement | undefined {
  if (node !== undefined && node !== `${capsNode}#${capsVer(capabilities)}`) return undefined;
  return element(
    'query',
    { xmlns: 'http://jabber.org/protocol/disco#info', node },
    element('identity', capabilities.identity),
    ...capabilities.features.map((feature) => element('feature', { var: feature })),
  );
}
