import type { XmlElement } from '../../base/xml-element.ts';
import { element } from './xml.ts';

/** One statistic of the bridge as a focus reads it (operations.md §3); the value is text. */
export type PresenceStat = { readonly name: string; readonly value: string };

export type PresenceParts = {
  /** A room occupant; undefined = the server itself. */
  readonly to?: string;
  readonly from?: string | undefined;
  /** Only when joining: in a later presence it would ask for the whole room again. */
  readonly join?: boolean;
  /** Left out where only rooms should know: the server shows it to all logins of our account. */
  readonly stats?: readonly PresenceStat[];
  readonly caps: XmlElement;
};

const mucNamespace = 'http://jabber.org/protocol/muc';
const colibriNamespace = 'http://jitsi.org/protocol/colibri';

/** An available presence of the bridge: priority, statistics, capabilities (operations.md §1.4). */
export function bridgePresence({ to, from, join, stats, caps }: PresenceParts): XmlElement {
  return element(
    'presence',
    { to, from },
    element('priority', {}, '0'),
    ...(join ? [element('x', { xmlns: mucNamespace })] : []),
    ...(stats ? [statsElement(stats)] : []),
    caps,
  );
}

/** `<stats>` as presences and PubSub items carry it. */
export function statsElement(stats: readonly PresenceStat[]): XmlElement {
  const children = stats.map(({ name, value }) => element('stat', { name, value }));
  return element('stats', { xmlns: colibriNamespace }, ...children);
}

/** Leaves a room, or says good-bye to the server when `to` is undefined. */
export function unavailablePresence(to?: string, from?: string): XmlElement {
  return element('presence', { type: 'unavailable', to, from });
}
