import fc from 'fast-check';
import { endpointId, meetingId } from '../../src/model/ids.ts';
import {
  mucRoles,
  sctpRoles,
  type ConferenceModify,
  type EndpointModify,
} from '../../src/protocol/colibri2/conference-modify.ts';
import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import { anyText, iceTransport, media, record, source, word } from './arbitrary-model.ts';

const flags = fc.boolean();

const sctp = record(
  { port: fc.integer({ min: 0, max: 65_535 }), role: fc.constantFrom(...sctpRoles) },
  [],
);

const transport = record(
  {
    iceControlling: flags,
    useUniquePort: flags,
    iceRestart: flags,
    ice: iceTransport,
    sctp,
  },
  ['iceControlling', 'useUniquePort', 'iceRestart'],
);

const id = word.map(endpointId);
const sources = fc.array(source, { maxLength: 4 });

const endpoint: fc.Arbitrary<EndpointModify> = record(
  {
    id,
    create: flags,
    expire: flags,
    statsId: anyText,
    mucRole: fc.constantFrom(...mucRoles),
    media: fc.array(media, { maxLength: 2 }),
    transport,
    sources,
    forceMute: fc.record({ audio: flags, video: flags }, { noNullPrototype: true }),
    initialLastN: fc.integer(),
    capabilities: fc.array(word, { maxLength: 3 }),
  },
  ['id', 'create', 'expire', 'media', 'capabilities'],
);

export const conferenceModify: fc.Arbitrary<ConferenceModify> = record(
  {
    meetingId: word.map(meetingId),
    name: anyText,
    create: flags,
    expire: flags,
    rtcstatsEnabled: flags,
    endpoints: fc.array(endpoint, { maxLength: 3 }),
    relays: fc.array(
      fc.record({ id: word, create: flags, expire: flags }, { noNullPrototype: true }),
      { maxLength: 2 },
    ),
    connects: fc.array(record({ id: anyText, type: anyText }, []), { maxLength: 2 }),
  },
  ['meetingId', 'create', 'expire', 'rtcstatsEnabled', 'endpoints', 'relays'],
);

export const conferenceModified: fc.Arbitrary<ConferenceModified> = record(
  {
    endpoints: fc.array(
      record({ id, expire: flags, transport: record({ ice: iceTransport, sctp }, []) }, [
        'id',
        'expire',
      ]),
      { maxLength: 3 },
    ),
    sources,
  },
  ['endpoints'],
);
