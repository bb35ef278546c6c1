// A voice that begins in a conference where only those who were heard are sent.
import { expect, it } from 'vitest';
import { endpointId, type SourceName } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { until } from '../../support/until.ts';
import { DecidedCall } from './decided-call.ts';
import { microphone, startPlane } from './media-fixture.ts';

const SILENT_DBOV = -127;
const VOICE_DBOV = -25;
const PACKET_MS = 20;
const FIRST_SSRC = 10_000;
/** More than are always sent to everybody. */
const PEOPLE = 22;

it('is heard within 150 ms by who was not sent that microphone', async () => {
  const call = new DecidedCall(await startPlane());
  const clients = [];
  const flows: AudioFlow[] = [];
  const names: SourceName[] = [];
  for (let place = 0; place < PEOPLE; place += 1) {
    const id = endpointId(`e${place}`);
    const ssrc = FIRST_SSRC + place;
    const client = await call.join(id, [microphone(id, ssrc)]);
    const flow = new AudioFlow({ client, ssrc, levelDbov: SILENT_DBOV });
    atTheEnd(() => flow.stop());
    clients.push(client);
    if (place === 0) call.wantVideo(id, 0);
    flows.push(flow);
    names.push(microphone(id, ssrc).name);
  }
  const listener = clients[0]!;
  const receiver = call.receiver(endpointId('e0'));
  await until(() => (flows.at(-1)!.sent > 50 ? undefined : 'the last one has not sent for long'));
  const packetsUntilHeard: number[] = [];
  // A machine that stands still for a moment takes that long more: not three times.
  for (let round = 0; round < 3; round += 1) {
    // Not one that is dominant without a word, nor one that has spoken.
    const place = names.findIndex((known, at) => at > 0 && !receiver.streamOf(known));
    const [flow, name] = [flows[place]!, names[place]!];
    const before = flow.sent;
    const heard = new Promise<number>((resolve) => {
      listener.onRtp = ({ ssrc }) => {
        if (ssrc === receiver.streamOf(name)?.ssrc) resolve(flow.sent - before);
      };
    });
    flow.setLevel(VOICE_DBOV);
    packetsUntilHeard.push(await heard);
    flow.setLevel(SILENT_DBOV);
  }
  expect(Math.min(...packetsUntilHeard) * PACKET_MS).toBeLessThan(150);
});
