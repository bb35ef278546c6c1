import { describe, expect, it } from 'vitest';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import type { ClientSpec } from '../../../loadtest/client/client-spec.ts';
import { checkUsable } from '../../../loadtest/control/usable-invitation.ts';

const spec: ClientSpec = {
  participant: 1,
  room: 'room',
  group: 0,
  audio: 'talks',
  video: 'AV1',
  view: 'tile',
  lastN: -1,
  loudest: 0,
  channel: 'websocket',
  network: { up: {}, down: {} } as ClientSpec['network'],
};
const webSocketUrl = 'ws://127.0.0.1/colibri-ws';

function offerWithout(...names: readonly string[]) {
  return offeredMedia.map((description) => ({
    ...description,
    payloadTypes: description.payloadTypes.filter(({ name }) => !names.includes(name)),
  }));
}

describe('an invitation', () => {
  it('is of use with the channel and the codecs that a client needs', () => {
    expect(() => checkUsable(spec, { webSocketUrl, media: offeredMedia })).not.toThrow();
    const overSctp = { ...spec, channel: 'sctp' as const, video: undefined };
    const media = offerWithout('AV1');
    expect(() => checkUsable(overSctp, { webSocketUrl: undefined, media })).not.toThrow();
  });

  it.each([
    ['no channel over WebSocket', undefined, offeredMedia],
    ['AV1 was not offered', webSocketUrl, offerWithout('AV1')],
    ['opus was not offered', webSocketUrl, offerWithout('opus')],
  ])('is refused: %s', (reason, url, media) => {
    expect(() => checkUsable(spec, { webSocketUrl: url, media })).toThrow(reason);
  });
});
