import { expect, test } from 'vitest';
import { endpointId, ssrc } from '../../../src/model/ids.ts';
import { encodeConferenceModified } from '../../../src/protocol/colibri2/conference-modified-xml.ts';
import { element } from '../../../src/protocol/xml/element.ts';
import { conferenceAnswer } from '../../../src/signaling/conference-answer.ts';

const transport = { ufrag: 'u', pwd: 'p', candidates: [], fingerprints: [] };
const id = endpointId('e');

test('an expired endpoint is named as such, an updated one barely', () => {
  const bare = { id, sctp: false, webSocketUrls: [] };
  const outcome = {
    endpoints: [
      { ...bare, expired: true },
      { ...bare, expired: false },
    ],
  };
  expect(conferenceAnswer(outcome)).toEqual({
    endpoints: [
      { id, expire: true },
      { id, expire: false },
    ],
  });
});

test('a created endpoint gets its transport, the channel it asked for, and the feedback sources', () => {
  const answer = conferenceAnswer({
    endpoints: [{ id, expired: false, transport, sctp: true, webSocketUrls: ['wss://b/e?pwd=x'] }],
    feedbackSsrcs: { audio: ssrc(7), video: ssrc(8) },
  });
  const ssma = 'urn:xmpp:jingle:apps:rtp:ssma:0';
  const feedback = (type: string, name: string, value: number) =>
    element('media-source', { type, id: name }, [
      element('source', { xmlns: ssma, ssrc: value, name }),
    ]);
  expect(encodeConferenceModified(answer)).toEqual(
    element('conference-modified', { xmlns: 'jitsi:colibri2' }, [
      element('endpoint', { id: 'e' }, [
        element('transport', {}, [
          element(
            'transport',
            { xmlns: 'urn:xmpp:jingle:transports:ice-udp:1', ufrag: 'u', pwd: 'p' },
            [
              element('rtcp-mux'),
              element('web-socket', {
                xmlns: 'http://jitsi.org/protocol/colibri',
                url: 'wss://b/e?pwd=x',
              }),
            ],
          ),
          element('sctp', { role: 'server', port: 5000 }),
        ]),
      ]),
      element('sources', {}, [feedback('audio', 'jvb-a0', 7), feedback('video', 'jvb-v0', 8)]),
    ]),
  );
});

test('an ICE restart is answered with its round and without a channel', () => {
  const answer = conferenceAnswer({
    endpoints: [
      {
        id,
        expired: false,
        transport: { ...transport, iceGeneration: 3 },
        sctp: false,
        webSocketUrls: [],
      },
    ],
  });
  expect(answer.endpoints[0]?.transport).toEqual({
    ice: {
      credentials: { ufrag: 'u', pwd: 'p' },
      candidates: [],
      fingerprints: [],
      iceGeneration: 3,
      webSocketUrls: [],
    },
  });
  expect(answer).not.toHaveProperty('sources');
});
