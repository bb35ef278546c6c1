import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { FocusConference, microphone } from '../../support/bridge/focus-conference.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
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
    }
    trestle.workers = 1`, // so that it is known where the call is
  });
  await until(() => (focus.stats('bridge-1') ? undefined : 'the bridge is not in the brewery'));
});

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  bridge.signal('SIGKILL');
  await bridge.ended;
  await focus.leave();
  await prosody.close();
});

const scrape = async (accept: string) =>
  (await fetch(`${bridge.restUrl}/metrics`, { headers: { accept } })).text();

const samples = async (name: string) =>
  parsePrometheus(await scrape('text/plain')).find((family) => family.name === name)?.metrics;

async function talk(): Promise<void> {
  const conference = new FocusConference(focus, `${prosody.brewery}/bridge-1`, 'figures');
  const ada = await conference.join('aaaaaaaa', [microphone('aaaaaaaa', 1001)]);
  const bob = await conference.join('bbbbbbbb', [microphone('bbbbbbbb', 1002)]);
  await until(() => (ada.connected && bob.connected ? undefined : `${ada.state}, ${bob.state}`));
  const voice = new AudioFlow({ client: ada, ssrc: 1001 });
  closing.push(
    () => ada.close(),
    () => bob.close(),
    () => voice.stop(),
  );
  await until(() => (bob.received.length > 50 ? undefined : 'Bob hears nothing'));
}

it('gives Prometheus what its own checker takes', async () => {
  const checked = spawnSync('promtool', ['check', 'metrics'], {
    input: await scrape('text/plain'),
    encoding: 'utf8',
  });
  // 3: names it would choose otherwise. Those of JVB are as they are; ours must be right.
  expect([0, 3], checked.stdout + checked.stderr).toContain(checked.status);
  expect(checked.stdout.split('\n').filter((line) => line.startsWith('trestle_'))).toEqual([]);
  expect(await scrape('application/openmetrics-text')).toMatch(/# EOF\n$/);
});

it('shows a call in the figures of workers, sockets and links', async () => {
  await talk();
  const [worker = 0] = bridge.workerPids();
  await until(async () => {
    const delay = (await samples('trestle_forwarding_delay_seconds'))?.[0];
    return Number(delay?.count) > 20 && Number(delay?.sum) > 0
      ? undefined
      : `forwarding delay: ${JSON.stringify(delay)}`;
  });
  for (const name of ['trestle_udp_receive_drops_total', 'trestle_udp_receive_queue_bytes']) {
    expect((await samples(name))?.map(({ labels }) => labels)).toEqual([{ worker: '0' }]);
  }
  const debug = (await (await fetch(`${bridge.restUrl}/debug`)).json()) as {
    sockets: { worker: number; address: string; inode: string }[];
  };
  const shared = debug.sockets.find(({ address }) => address === `127.0.0.1:${bridge.mediaPort}`);
  expect(shared).toMatchObject({ worker: 0 });
  expect(readFileSync('/proc/net/udp', 'latin1')).toContain(` ${shared?.inode} `);
  expect(await samples('trestle_xmpp_link_up')).toEqual([
    { value: '1', labels: { link: 'shard' } },
  ]);
  expect(await samples('trestle_worker_endpoints')).toEqual([
    { value: '2', labels: { worker: '0' } },
  ]);
  expect(await samples('jitsi_jvb_conferences_by_size')).toMatchObject([
    { buckets: { '1.0': '0', '2.0': '1' } },
  ]);
  expect(worker).toBeGreaterThan(0);
});

it('describes the call for operators and for rtcstats, with no address and no secret', async () => {
  await talk();
  type Link = { path?: { protocol: string; remote: { ip: string } } };
  type Shown = { endpoints: Record<string, { link: Link }>; rtcstatsEnabled: boolean };
  const read = async (path: string) =>
    (await (await fetch(`${bridge.restUrl}${path}`)).json()) as {
      conferences: Record<string, Shown>;
    };
  await until(async () => {
    const [conference] = Object.values((await read('/stats')).conferences);
    const path = conference?.endpoints['aaaaaaaa']?.link.path;
    return path?.protocol === 'udp' && path.remote.ip === 'redacted'
      ? undefined
      : `the path is ${JSON.stringify(path)}`;
  });
  const all = JSON.stringify(await read('/debug?full=true'));
  expect(all).toContain('"shard"');
  expect(all).not.toContain('jvb-secret');
  const delays = await (await fetch(`${bridge.restUrl}/debug/stats/jvb/xmpp-delay-stats`)).text();
  expect(delays).toMatch(/"colibri":\{[^}]*"total_count":4/);
});
