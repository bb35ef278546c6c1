import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { ice, iceJson } from '../jingle/ice-transport-json.ts';
import { sctpRoles, type Sctp, type TransportModify } from './conference-modify.ts';
import { boolean, integer, oneOf } from '../json/json-schema.ts';
import { range } from './limits.ts';

const sctp = z
  .object({ port: integer(range.port), role: oneOf(sctpRoles) })
  .partial()
  .transform((value): Sctp => withoutUndefined(value));

/** `ice-restart` is our extension: upstream's JSON has no word for it. */
export const transport = z
  .object({
    'ice-controlling': boolean.default(false),
    'use-unique-port': boolean.default(false),
    'ice-restart': boolean.default(false),
    transport: ice.optional(),
    sctp: sctp.optional(),
  })
  .transform((value): TransportModify =>
    withoutUndefined({
      iceControlling: value['ice-controlling'],
      useUniquePort: value['use-unique-port'],
      iceRestart: value['ice-restart'],
      ice: value.transport,
      sctp: value.sctp,
    }),
  );

export function transportJson(value: Partial<TransportModify>): object {
  return withoutUndefined({
    'ice-controlling': value.iceControlling === true || undefined,
    'use-unique-port': value.useUniquePort === true || undefined,
    'ice-restart': value.iceRestart === true || undefined,
    transport: value.ice && iceJson(value.ice),
    sctp:
      value.sctp &&
      withoutUndefined({ port: value.sctp.port, role: value.sctp.role?.toUpperCase() }),
  });
}
