import type { XmlElement } from '../../base/xml-element.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import {
  decodeIceTransport,
  encodeIceTransport,
  type IceTransport,
} from '../jingle/ice-transport.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { element, flag } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { sctpRoles, type Sctp, type TransportModify } from './conference-modify.ts';
import { range } from './limits.ts';
import { colibri2 } from './namespace.ts';

/** Reads Colibri2's `<transport>`, which wraps the ICE-UDP one. */
export function decodeTransport(reader: ElementReader): TransportModify {
  return withoutUndefined({
    iceControlling: reader.boolean('ice-controlling'),
    useUniquePort: reader.boolean('use-unique-port'),
    iceRestart: reader.boolean('ice-restart'),
    ...decodeTransportParts(reader),
  });
}

export function decodeTransportParts(reader: ElementReader): {
  readonly ice?: IceTransport;
  readonly sctp?: Sctp;
} {
  const ice = reader.child('transport', namespaces.ice);
  const sctp = reader.child('sctp', colibri2);
  return withoutUndefined({
    ice: ice && decodeIceTransport(ice),
    sctp: sctp && decodeSctp(sctp),
  });
}

export function encodeTransport(transport: Partial<TransportModify>): XmlElement {
  const { ice, sctp } = transport;
  return element(
    'transport',
    {
      'ice-controlling': flag(transport.iceControlling === true),
      'use-unique-port': flag(transport.useUniquePort === true),
      'ice-restart': flag(transport.iceRestart === true),
    },
    [
      ...(ice ? [encodeIceTransport(ice)] : []),
      ...(sctp ? [element('sctp', { role: sctp.role, port: sctp.port })] : []),
    ],
  );
}

function decodeSctp(reader: ElementReader): Sctp {
  return withoutUndefined({
    port: reader.integer('port', range.port),
    role: reader.oneOf('role', sctpRoles),
  });
}
