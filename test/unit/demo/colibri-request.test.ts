import { expect, it } from 'vitest';
import {
  endpointAcceptance,
  endpointCreation,
  endpointSources,
} from '../../../demo/focus/colibri-request.ts';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import type { SignalledSource } from '../../../demo/signal-messages.ts';

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

it('creates an endpoint with what Jicofo asks for', () => {
  const endpoint = { id: '5f3a9c01', statsId: 'Ada', media: offeredMedia };
  expect(endpointCreation({ ...endpoint, dataChannel: true, ssrcRewriting: true })).toMatchObject({
    create: true,
    transport: { 'ice-controlling': true, sctp: {} },
    capabilities: ['source-names', 'ssrc-rewriting'],
    medias: [{ type: 'audio' }, { type: 'video' }],
  });
  expect(endpointCreation({ ...endpoint, dataChannel: false, ssrcRewriting: false })).toMatchObject(
    { transport: { 'ice-controlling': true }, capabilities: ['source-names'] },
  );
});

it('signals simulcast as a SIM group of the primaries and a FID group for each pair', () => {
  const signalled = (ssrc: number) => ({ ssrc, name: camera.name, videoType: 'camera' });
  expect(endpointSources('5f3a9c01', [camera])).toEqual({
    id: '5f3a9c01',
    sources: [
      {
        type: 'video',
        id: '5f3a9c01-v0',
        sources: [1, 2, 3, 11, 12, 13].map(signalled),
        'ssrc-groups': [
          { semantics: 'SIM', sources: [1, 2, 3] },
          { semantics: 'FID', sources: [1, 11] },
          { semantics: 'FID', sources: [2, 12] },
          { semantics: 'FID', sources: [3, 13] },
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
  expect(endpointAcceptance('5f3a9c01', transport, [microphone])).toEqual({
    id: '5f3a9c01',
    transport: {
      transport: {
        xmlns: 'urn:xmpp:jingle:transports:ice-udp:1',
        ufrag: 'kQ3u',
        pwd: 'b8Zr0pVt4mYs1nKe7dWq2hXc',
        'rtcp-mux': true,
        fingerprints: [{ hash: 'sha-256', setup: 'active', fingerprint: '0F:5D' }],
      },
    },
    sources: [{ type: 'audio', id: '5f3a9c01-a0', sources: [{ ssrc: 4, name: '5f3a9c01-a0' }] }],
  });
});
