import { describe, expect, test } from 'vitest';
import { endpointId, meetingId, sourceName, ssrc } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import type {
  ConferenceModify,
  EndpointModify,
} from '../../../src/protocol/colibri2/conference-modify.ts';
import { conferenceCommand } from '../../../src/signaling/conference-command.ts';

const request = (changes: Partial<ConferenceModify> = {}): ConferenceModify => ({
  meetingId: meetingId('m'),
  create: false,
  expire: false,
  rtcstatsEnabled: true,
  endpoints: [],
  relays: [],
  ...changes,
});

const endpoint = (changes: Partial<EndpointModify> = {}): EndpointModify => ({
  id: endpointId('e'),
  create: false,
  expire: false,
  media: [],
  capabilities: [],
  ...changes,
});

const plain = { iceControlling: true, useUniquePort: false, iceRestart: false };

const creation = (changes: Partial<EndpointModify> = {}): EndpointModify =>
  endpoint({ create: true, transport: plain, capabilities: ['source-names'], ...changes });

const relay = { id: 'r', create: true, expire: false };

const microphone: Source = {
  name: sourceName('e-a0'),
  kind: 'audio',
  encodings: [{ ssrc: ssrc(1) }],
  videoType: 'camera',
  synthetic: false,
};

const rtx = (parameters: Record<string, string>) => ({
  kind: 'video' as const,
  payloadTypes: [
    { id: 96, name: 'RTX', clockRateHz: 90_000, channels: 1, parameters, feedback: [] },
  ],
  headerExtensions: [],
  extmapAllowMixed: false,
});

const translate = (changes: Partial<ConferenceModify>, sctpEnabled = true) => {
  const command = conferenceCommand(request(changes), { sctpEnabled });
  return command.ok ? command.value : command.error;
};

const withEndpoint = (changes: EndpointModify, sctpEnabled = true) => {
  const command = conferenceCommand(request({ endpoints: [changes] }), { sctpEnabled });
  return command.ok ? command.value.endpoints[0] : command.error;
};

describe('a request is refused (colibri2.md §3.12)', () => {
  const structural = { code: 'not-implemented', structural: true };
  const notImplemented = { code: 'not-implemented', structural: false };
  const badRequest = { code: 'bad-request' };

  test.each<[string, Partial<ConferenceModify>, object]>([
    ['row 4: a name that is no bare JID', { create: true, name: 'not a jid' }, badRequest],
    ['row 4: a full JID', { create: true, name: 'room@muc.example/me' }, badRequest],
    ['row 4: a domain', { create: true, name: 'muc.example' }, badRequest],
    ['row 5: endpoint and relay', { endpoints: [endpoint()], relays: [relay] }, structural],
    ['row 6: several to create', { endpoints: [creation(), endpoint()] }, structural],
    [
      'row 6: several with media',
      { endpoints: [endpoint(), endpoint({ media: [rtx({})] })] },
      structural,
    ],
    [
      'row 6: several with sources',
      { endpoints: [endpoint({ sources: [] }), endpoint()] },
      structural,
    ],
    [
      'row 6: several with transport',
      { endpoints: [endpoint({ transport: plain }), endpoint()] },
      structural,
    ],
    ['row 7: several relays', { relays: [relay, relay] }, structural],
    [
      'row 9: no transport',
      { endpoints: [endpoint({ create: true, capabilities: ['source-names'] })] },
      badRequest,
    ],
    [
      'row 10: no source names',
      { endpoints: [creation({ capabilities: ['ssrc-rewriting'] })] },
      badRequest,
    ],
    [
      'row 12: SCTP client',
      { endpoints: [creation({ transport: { ...plain, sctp: { role: 'client' } } })] },
      notImplemented,
    ],
    [
      'row 13: another SCTP port',
      { endpoints: [creation({ transport: { ...plain, sctp: { port: 5001 } } })] },
      badRequest,
    ],
    [
      'row 15: a visitor with sources',
      { endpoints: [creation({ mucRole: 'visitor', sources: [microphone] })] },
      badRequest,
    ],
    ['row 16: a relay', { relays: [relay] }, notImplemented],
    [
      'row 16: a relay to expire',
      { relays: [{ ...relay, create: false, expire: true }] },
      notImplemented,
    ],
    ['row 23: rtx without apt', { endpoints: [creation({ media: [rtx({})] })] }, badRequest],
    [
      'row 23: rtx with a broken apt',
      { endpoints: [creation({ media: [rtx({ apt: 'x' })] })] },
      badRequest,
    ],
  ])('%s', (_row, changes, error) => {
    expect(translate(changes)).toMatchObject(error);
    expect(translate(changes)).toHaveProperty('text', expect.stringMatching(/\w/));
  });

  test('row 11: SCTP where it is switched off', () => {
    const asked = creation({ transport: { ...plain, sctp: {} } });
    expect(withEndpoint(asked, false)).toMatchObject(notImplemented);
    expect(withEndpoint(creation(), false)).toMatchObject({ type: 'create', sctp: false });
  });
});

describe('unknown endpoints are ignored', () => {
  test.each<[boolean, string, EndpointModify]>([
    [true, 'an expiry', endpoint({ expire: true })],
    [true, 'a mute', endpoint({ forceMute: { audio: true, video: false } })],
    [true, 'a last-n', endpoint({ initialLastN: 1 })],
    [false, 'sources', endpoint({ sources: [] })],
    [false, 'a transport', endpoint({ transport: plain })],
    [false, 'a creation', creation()],
  ])('%s for %s', (ignored, _what, change) => {
    expect(translate({ endpoints: [change] })).toMatchObject({ ignoreUnknownEndpoints: ignored });
  });

  test('in requests for nobody', () => {
    expect(translate({ expire: true })).toMatchObject({
      expire: true,
      ignoreUnknownEndpoints: true,
    });
  });
});

describe('a creation', () => {
  test('takes its capabilities', () => {
    const capabilities = ['source-names', 'ssrc-rewriting', 'rtp-mid-demux', 'new-thing'];
    expect(withEndpoint(creation({ capabilities }))).toEqual({
      type: 'create',
      id: 'e',
      sctp: false,
      ssrcRewriting: true,
      midDemux: true,
      visitor: false,
      privateAddresses: false,
    });
  });

  test('has no mid demultiplexing without SSRC rewriting', () => {
    const capabilities = ['source-names', 'rtp-mid-demux', 'private-address-connectivity'];
    expect(withEndpoint(creation({ capabilities }))).toMatchObject({
      ssrcRewriting: false,
      midDemux: false,
      privateAddresses: true,
    });
  });

  test('of a visitor may name an empty set of sources', () => {
    expect(withEndpoint(creation({ mucRole: 'visitor', sources: [] }))).toMatchObject({
      visitor: true,
      sources: [],
    });
  });

  test.each([{}, { port: 5000 }, { role: 'server' as const }])('may ask for SCTP %j', (sctp) => {
    expect(withEndpoint(creation({ transport: { ...plain, sctp } }))).toMatchObject({ sctp: true });
  });

  test('of a conference keeps the name of its room', () => {
    const name = 'standup@conference.example.net';
    expect(translate({ create: true, name })).toMatchObject({ create: true, name });
    expect(translate({ name: 'not a jid' })).not.toHaveProperty('name');
  });
});

describe('an update', () => {
  test('says nothing of what it does not change', () => {
    expect(withEndpoint(endpoint())).toEqual({ type: 'update', id: 'e', restartIce: false });
  });

  test('hands the transport on without the addresses of the channel', () => {
    const ice = { candidates: [], fingerprints: [], iceGeneration: 2, webSocketUrls: ['wss://x'] };
    expect(withEndpoint(endpoint({ transport: { ...plain, iceRestart: true, ice } }))).toEqual({
      type: 'update',
      id: 'e',
      restartIce: true,
      transport: { candidates: [], fingerprints: [], iceGeneration: 2 },
    });
  });

  test('knows no last-n below "no limit"', () => {
    expect(withEndpoint(endpoint({ initialLastN: -7 }))).toMatchObject({ initialLastN: -1 });
  });

  test('an expiry wins over everything else', () => {
    expect(withEndpoint(creation({ expire: true }))).toEqual({ type: 'expire', id: 'e' });
  });
});
