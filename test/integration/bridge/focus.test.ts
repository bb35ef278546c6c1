import { afterEach, beforeEach, expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { FocusConference, microphone } from '../../support/bridge/focus-conference.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

let prosody: Prosody;
let focus: Occupant;
let bridge: BridgeProcess;
const closing: (() => void)[] = [];

beforeEach(async () => {
  prosody = await startProsody();
  focus = await joinAsOccupant(prosody);
  bridge = await BridgeProcess.start({
    config: `videobridge.apis.xmpp-client.configs.shard {
      hostname = 127.0.0.1, port = ${prosody.c2sPort}, domain = ${prosody.authDomain}
      username = jvb, password = jvb-secret
      muc_jids = "${prosody.brewery}", muc_nickname = bridge-1
      disable_certificate_verification = true
    }`,
  });
  await untilStats((stats) => (stats.has('stress_level') ? undefined : 'no statistics'));
});

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  bridge.signal('SIGKILL');
  await bridge.ended;
  await focus.leave();
  await prosody.close();
});

const bridgeJid = () => `${prosody.brewery}/bridge-1`;

function untilStats(
  problem: (stats: ReadonlyMap<string, string>) => string | undefined,
): Promise<void> {
  return until(() => {
    const stats = focus.stats('bridge-1');
    return stats ? problem(stats) : 'the bridge is not in the brewery';
  });
}

async function twoInACall(meeting: string): Promise<[WebRtcClient, WebRtcClient]> {
  const conference = new FocusConference(focus, bridgeJid(), meeting);
  const ada = await conference.join('aaaaaaaa', [microphone('aaaaaaaa', 1001)]);
  const bob = await conference.join('bbbbbbbb', [microphone('bbbbbbbb', 1002)]);
  closing.push(
    () => ada.close(),
    () => bob.close(),
  );
  await until(() => (ada.connected && bob.connected ? undefined : `${ada.state}, ${bob.state}`));
  return [ada, bob];
}

it('tells Jicofo what it needs to choose a bridge', async () => {
  const stats = focus.stats('bridge-1');
  expect(Object.fromEntries(stats ?? [])).toMatchObject({
    drain: 'false',
    healthy: 'true',
    graceful_shutdown: 'false',
    shutting_down: 'false',
    version: '0.1.0',
  });
});

it('carries a call that a focus set up through the brewery', async () => {
  const [ada, bob] = await twoInACall('call');
  const voice = new AudioFlow({ client: ada, ssrc: 1001 });
  closing.push(() => voice.stop());
  // The map names the SSRC that Ada's microphone has for Bob, then packets come on it.
  await until(() => {
    const map = bob.messages
      .map(
        (text) =>
          JSON.parse(text) as {
            colibriClass: string;
            mappedSources?: { ssrc: number; source: string }[];
          },
      )
      .find(({ colibriClass }) => colibriClass === 'AudioSourcesMap');
    const mapped = map?.mappedSources?.find(({ source }) => source === 'aaaaaaaa-a0');
    if (!mapped) return 'Bob knows no SSRC for the microphone of Ada';
    return bob.packetsOf(mapped.ssrc).length > 20 ? undefined : 'Bob hears nothing';
  });
  await untilStats((stats) => (stats.get('participants') === '2' ? undefined : 'not counted'));
  const lines = (msg: string) => bridge.log.filter((line) => line['msg'] === msg);
  const [{ conf }] = lines('conference created') as [{ conf: string }];
  expect(conf).toMatch(/./);
  for (const endpoint of ['aaaaaaaa', 'bbbbbbbb'])
    expect(lines('ICE connected')).toContainEqual(expect.objectContaining({ conf, endpoint }));
});

it('leaves the brewery when it is stopped', async () => {
  bridge.signal('SIGTERM');
  expect(await bridge.ended).toBe(143);
  await until(() => (focus.sees('bridge-1') ? 'a ghost is in the brewery' : undefined));
});

it('keeps the call while Prosody is down, and comes back when it is back', async () => {
  const [ada, bob] = await twoInACall('outage');
  const voice = new AudioFlow({ client: ada, ssrc: 1001 });
  closing.push(() => voice.stop());
  await until(() => (bob.received.length > 20 ? undefined : 'Bob hears nothing'));
  await prosody.kill();
  const before = bob.received.length;
  await until(() => (bob.received.length > before + 50 ? undefined : 'the sound stopped'));
  await prosody.restart();
  focus = await joinAsOccupant(prosody);
  await untilStats((stats) => (stats.get('participants') === '2' ? undefined : 'calls were lost'));
});

it('tells a focus at once that it drains', async () => {
  await fetch(`${bridge.restUrl}/colibri/drain/enable`, { method: 'POST' });
  await untilStats((stats) => (stats.get('drain') === 'true' ? undefined : 'drain is not shown'));
});

it('answers for an endpoint it does not have so that Jicofo invites it again', async () => {
  const conference = new FocusConference(focus, bridgeJid(), 'unknown');
  await conference.join('aaaaaaaa', []).then((client) => closing.push(() => client.close()));
  const update = conference.modify({ id: endpointId('cccccccc'), sources: [] });
  await expect(update).rejects.toThrow(/item-not-found.*unknown_endpoint.*cccccccc/);
});
