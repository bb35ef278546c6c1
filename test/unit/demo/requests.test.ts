import { expect, it } from 'vitest';
import {
  conferenceUpdate,
  endpointAcceptance,
  endpointCreation,
  endpointSources,
} from '../../../demo/focus/requests.ts';
import type { SignalledSource } from '../../../demo/signal-messages.ts';
import { endpointId, meetingId } from '../../../src/model/ids.ts';
import type { EndpointModify } from '../../../src/protocol/colibri2/conference-modify.ts';
import { encodeConferenceModifyJson } from '../../../src/protocol/colibri2/conference-modify-json.ts';

const id = endpointId('5f3a9c01');
const camera: SignalledSource = {
  name: '5f3a9c01-v0',
  kind: 'video',
  videoType: 'camera',
  encodings: [
    { ssrc: 1, rtx: 11 },
    { ssrc: 2, rtx: 12 },
    { ssrc: 3, rtx: 13 },
  ],
};
const microphone: SignalledSource = {
  name: '5f3a9c01-a0',
  kind: 'audio',
  videoType: 'none',
  encodings: [{ ssrc: 4 }],
};

/** As the bridge reads it. */
function written(endpoint: EndpointModify): unknown {
  return encodeConferenceModifyJson(conferenceUpdate(meetingId('m'), endpoint));
}

it('creates an endpoint with what Jicofo asks for', () => {
  const options = { id, name: 'Ada', dataChannel: true, ssrcRewriting: true };
  expect(written(endpointCreation(options))).toMatchObject({
    'meeting-id': 'm',
    endpoints: [
      {
        id,
        create: true,
        'stats-id': 'Ada',
        medias: [{ type: 'audio' }, { type: 'video' }],
        transport: { 'ice-controlling': true, sctp: {} },
        sources: [],
        capabilities: ['source-names', 'ssrc-rewriting'],
      },
    ],
  });
});

it('leaves out the data channel and SSRC rewriting where the client has neither', () => {
  const creation = endpointCreation({ id, name: 'Ada', dataChannel: false, ssrcRewriting: false });
  expect(creation.transport).not.toHaveProperty('sctp');
  expect(creation.capabilities).toEqual(['source-names']);
});

it('signals simulcast as a SIM group of the primaries and a FID group for each pair', () => {
  expect(written(endpointSources(id, [camera]))).toMatchObject({
    endpoints: [
      {
        sources: [
          {
            type: 'video',
            id: '5f3a9c01-v0',
            'ssrc-groups': [
              { semantics: 'SIM', sources: [1, 2, 3] },
              { semantics: 'FID', sources: [1, 11] },
              { semantics: 'FID', sources: [2, 12] },
              { semantics: 'FID', sources: [3, 13] },
            ],
          },
        ],
      },
    ],
  });
});

it('hands on the answer: credentials, fingerprint and sources', () => {
  const transport = {
    ufrag: 'kQ3u',
    pwd: 'b8Zr0pVt4mYs1nKe7dWq2hXc',
    fingerprints: [{ hash: 'sha-256', setup: 'active' as const, value: '0F:5D' }],
  };
  expect(written(endpointAcceptance(id, transport, [microphone]))).toMatchObject({
    endpoints: [
      {
        id,
        transport: {
          transport: {
            ufrag: 'kQ3u',
            pwd: 'b8Zr0pVt4mYs1nKe7dWq2hXc',
            fingerprints: [{ hash: 'sha-256', setup: 'active', fingerprint: '0F:5D' }],
          },
        },
        sources: [{ type: 'audio', id: '5f3a9c01-a0' }],
      },
    ],
  });
});
