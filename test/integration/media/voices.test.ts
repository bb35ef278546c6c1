// A voice that begins in a conference where only those who were heard are sent.
import { expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { until } from '../../support/until.ts';
import { DecidedCall } from './decided-call.ts';
import { microphone, startPlane } from './media-fixture.ts';

const ROOM_DBOV = -75;
const VOICE_DBOV = -25;
const PACKET_MS = 20;
const FIRST_SSRC = 10_000;
/** More than are always sent to everybody. */
const PEOPLE = 22;

it('is heard within 150 ms by who was not sent that microphone', async () => {
  const call = new DecidedCall(await startPlane());
  const clients = [];
  const flows: AudioFlow[] = [];
  for (let place = 0; place < PEOPLE; place += 1) {
    const id = endpointId(`e${place}`);
    const ssrc = FIRST_SSRC + place;
    const client = await call.join(id, [microphone(id, ssrc)]);
    const flow = new AudioFlow({ client, ssrc, levelDbov: ROOM_DBOV });
    atTheEnd(() => flow.stop());
    clients.push(client);
    if (place === 0) call.wantVideo(id, 0);
    flows.push(flow);
  }
  const listener = clients[0]!;
  const receiver = call.receiver(endpointId('e0'));
  await until(() => (flows.at(-1)!.sent > 50 ? undefined : 'the last one has not sent for long'));
  const packetsUntilHeard: number[] = [];
  // A machine that stands still for a moment takes that long more: not three times. The first is dominant, spoken or not.
  for (const place of [10, 15, 20]) {
    const [flow, { name }] = [flows[place]!, microphone(endpointId(`e${place}`), 0)];
    const before = flow.sent;
    expect(receiver.streamOf(name)).toBeUndefined();
    const heard = new Promise<number>((resolve) => {
      listener.onRtp = ({ ssrc }) => {
        if (ssrc === receiver.streamOf(name)?.ssrc) resolve(flow.sent - before);
      };
    });
    flow.setLevel(VOICE_DBOV);
    packetsUntilHeard.push(await heard);
    flow.setLevel(ROOM_DBOV);
  }
  expect(Math.min(...packetsUntilHeard) * PACKET_MS).toBeLessThan(150);
});
