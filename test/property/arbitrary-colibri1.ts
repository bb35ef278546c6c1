import fc from 'fast-check';
import { ssrc } from '../../src/model/ids.ts';
import {
  type AnnouncedSource,
  type Channel,
  type ConferenceDescription,
  directions,
  type EndpointNames,
  relayTypes,
  type SctpConnection,
} from '../../src/protocol/colibri1/conference.ts';
import { acceptablePayloadType } from '../../src/protocol/colibri1/offered-media.ts';
import { anyText, iceTransport, media, record, word } from './arbitrary-model.ts';

const anySsrc = fc.integer({ min: 1, max: 0xffff_fffe }).map(ssrc);
const someSsrcs = fc.array(anySsrc, { maxLength: 4 });

/** As a bridge sends them: ICE rounds are Colibri2's. */
const transport = iceTransport.map(({ iceGeneration: _round, ...rest }) => rest);

const handle = {
  id: word,
  endpoint: word,
  bundle: word,
  expireSeconds: fc.nat(),
  initiator: fc.boolean(),
  transport,
};

const payloadTypes = media.map((description) =>
  description.payloadTypes.map(acceptablePayloadType).filter((item) => item !== undefined),
);

const headerExtensions = fc.array(
  fc.record({ id: fc.integer({ min: 1, max: 14 }), uri: word }, { noNullPrototype: true }),
  { maxLength: 3 },
);

const group = fc.record(
  { semantics: fc.constantFrom('SIM', 'FID', 'FEC-FR'), ssrcs: someSsrcs },
  { noNullPrototype: true },
);

const source: fc.Arbitrary<AnnouncedSource> = record({ ssrc: anySsrc, screen: fc.boolean() }, [
  'screen',
]);

const channel: fc.Arbitrary<Channel> = record(
  {
    ...handle,
    octo: fc.boolean(),
    direction: fc.constantFrom(...directions),
    lastN: fc.integer(),
    relayType: fc.constantFrom(...relayTypes),
    payloadTypes,
    headerExtensions,
    sources: fc.array(source, { maxLength: 4 }),
    groups: fc.array(group, { maxLength: 3 }),
    ssrcs: someSsrcs,
  },
  ['octo', 'direction', 'payloadTypes', 'headerExtensions', 'sources', 'groups', 'ssrcs'],
);

/** With neither id nor endpoint it is dropped where it is read. */
const sctpConnection: fc.Arbitrary<SctpConnection> = record(
  { ...handle, port: fc.integer({ min: 0, max: 65_535 }) },
  ['endpoint', 'port'],
);

const endpoint: fc.Arbitrary<EndpointNames> = record(
  { id: word, displayName: anyText, statsId: anyText },
  ['id'],
);

const localpart = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);

export const conference: fc.Arbitrary<ConferenceDescription> = record(
  {
    id: word,
    gid: anyText,
    name: localpart,
    contents: fc.array(
      fc.record(
        {
          name: word,
          channels: fc.array(channel, { maxLength: 2 }),
          sctpConnections: fc.array(sctpConnection, { maxLength: 2 }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 3 },
    ),
    bundles: fc.array(record({ id: word, transport }, ['id']), { maxLength: 2 }),
    endpoints: fc.array(endpoint, { maxLength: 3 }),
    gracefulShutdown: fc.boolean(),
  },
  ['contents', 'bundles', 'endpoints', 'gracefulShutdown'],
);

/** JSON has no place for what a source shows. */
export const jsonConference = conference.map((value) => ({
  ...value,
  contents: value.contents.map((content) => ({
    ...content,
    channels: content.channels.map((item) => ({
      ...item,
      sources: item.sources.map((each) => ({ ...each, screen: false })),
    })),
  })),
}));
