// One receiver asks for key frames by every way there is, as fast as it can: what its sender, and so everybody, has to pay.
import { expect, it } from 'vitest';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { RestCall } from '../../support/bridge/rest-call.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';

const camera = 'bbbbbbbb-v0';
const messageMs = 20;
const requestMs = 5;
const seconds = 10;
/** Three in 10 s by PLI, and as many by what it says, of which nine may come at once. */
const perSecond = 0.3;
const atOnce = 3 + 9;

it('costs its sender few of them, and is sent what it last asked for', async () => {
  const bridge = await BridgeProcess.start();
  atTheEnd(() => bridge.stop());
  const call = new RestCall(bridge);
  atTheEnd(() => call.close());
  const ada = await call.join('aaaaaaaa', { carrier: 'sctp' });
  const bob = await call.join('bbbbbbbb', { carrier: 'sctp', camera: 3001 });
  const flow = new VideoFlow({ client: bob.client, encodings: bob.encodings });
  atTheEnd(() => flow.stop());
  const wants = (maxHeight: number) =>
    ada.say({ colibriClass: 'ReceiverVideoConstraints', defaultConstraints: { maxHeight } });
  const comes = () => ada.client.packetsOf(3001).length;
  wants(180);
  await until(() => (comes() > 30 ? undefined : 'no picture comes'));

  const before = flow.keyFrameRequests[0]!;
  const [began, sent] = [performance.now(), comes()];
  let messages = 0;
  const toggling = setInterval(() => wants(messages++ % 2 === 0 ? 0 : 180), messageMs);
  const asking = setInterval(() => ada.client.send(buildPli(1, 3001)), requestMs);
  await until(
    () => (messages >= (1000 * seconds) / messageMs ? undefined : `${messages} messages`),
    60_000,
  );
  clearInterval(toggling);
  clearInterval(asking);
  const elapsed = (performance.now() - began) / 1000;
  expect(comes()).toBeGreaterThan(sent);
  const asked = flow.keyFrameRequests[0]! - before;
  expect(asked).toBeGreaterThan(0);
  // One may be repeated each second in which it is waited for.
  expect(asked).toBeLessThanOrEqual(atOnce + (2 * perSecond + 1) * elapsed);

  wants(180);
  await ada.told('ForwardedSources', { forwardedSources: [camera] });
  const shown = comes();
  await until(() => (comes() > shown + 30 ? undefined : 'no picture comes'), 30_000);
});
