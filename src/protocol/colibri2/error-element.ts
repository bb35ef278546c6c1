import type { XmlElement } from '../../base/xml-element.ts';
import { element } from '../xml/element.ts';
import { colibri2 } from './namespace.ts';

/** The words Jicofo's reader knows; with any other it drops the stanza and times out (colibri2.md §2.16). */
export const errorReasons = [
  'conference_not_found',
  'conference_already_exists',
  'feature_not_implemented',
  'graceful_shutdown',
  'unknown_endpoint',
  'unspecified',
] as const;

export type ErrorReason = (typeof errorReasons)[number];

/** What stands next to the XMPP condition inside a stanza's `<error>`. */
export function encodeErrorExtensions(
  reason: ErrorReason,
  endpointId?: string,
): readonly XmlElement[] {
  return [
    element('error', { xmlns: colibri2, reason }),
    ...(endpointId === undefined ? [] : [element('endpoint', { xmlns: colibri2, id: endpointId })]),
  ];
}
