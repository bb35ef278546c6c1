import { bench, describe } from 'vitest';
import { sourceName } from '../../src/model/ids.ts';
import { decodeConferenceModify } from '../../src/protocol/colibri2/conference-modify-xml.ts';
import { channelCodec } from '../../src/signaling/channel-codec.ts';
import { readRecordedIqs } from '../golden/recorded-iqs.ts';

const creation = readRecordedIqs('bridge.log').find(
  ({ request }) => request.attrs['create'] === 'true',
)?.request;
if (!creation) throw new Error('the recorded dialogue has no creation of a conference');

const constraints = JSON.stringify({
  colibriClass: 'ReceiverVideoConstraints',
  lastN: 20,
  defaultConstraints: { maxHeight: 0 },
  constraints: Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`0000000${index}-v0`, { maxHeight: 180 }]),
  ),
});
const forwarded = Array.from({ length: 20 }, (_, index) => sourceName(`0000000${index}-v0`));

describe('codecs', () => {
  bench('decode a recorded conference creation', () => {
    decodeConferenceModify(creation);
  });
  bench('decode ReceiverVideoConstraints of 20 sources', () => {
    channelCodec.decode(constraints);
  });
  bench('encode ForwardedSources of 20 sources', () => {
    channelCodec.encode({ type: 'forwarded-sources', sources: forwarded });
  });
});
