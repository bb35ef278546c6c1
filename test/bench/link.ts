// What is heard and seen through a link that changes, of a bridge as it is run. `npm run bench:link [WORD...]`: only the runs
// whose name has one of the words.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointAcceptance,
  endpointCreation,
} from '../../demo/focus/requests.ts';
import { RestBridge } from '../../demo/focus/rest-bridge.ts';
import { percentilesOf } from '../../loadtest/run/percentiles.ts';
import { endpointId, meetingId, type MeetingId } from '../../src/model/ids.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { AudioFlow } from '../support/client/audio-flow.ts';
import { AudioOnLink } from '../support/client/audio-on-link.ts';
import { Freezes } from '../support/client/freezes.ts';
import { jicofoOffer } from '../support/client/jicofo-offer.ts';
import { Repairing } from '../support/client/repairing.ts';
import { openShapedLink, type LinkShape } from '../support/client/shaped-link.ts';
import { VideoFlow } from '../support/client/video-flow.ts';
import { WebRtcClient } from '../support/client/webrtc-client.ts';
import { until } from '../support/until.ts';

type Phase = readonly [rateBps: number, seconds: number];
type Run = {
  readonly name: string;
  readonly shape: Partial<LinkShape>;
  readonly phases: readonly Phase[];
};

const runs: readonly Run[] = [
  {
    name: 'queue 300 ms',
    shape: { queueMs: 300 },
    phases: [
      [5e6, 20],
      [1.5e6, 15],
      [6e5, 20],
      [2e5, 20],
      [5e6, 25],
      [2e5, 25],
      [1.5e6, 20],
      [3e5, 20],
    ],
  },
  {
    name: 'queue 40 ms',
    shape: { queueMs: 40 },
    phases: [
      [5e6, 20],
      [8e5, 40],
      [2e5, 20],
    ],
  },
  {
    name: 'queue 1000 ms',
    shape: { queueMs: 1000 },
    phases: [
      [5e6, 20],
      [2e5, 20],
    ],
  },
  { name: 'loss 2 % at random', shape: { loss: 0.02 }, phases: [[5e6, 40]] },
  { name: 'loss 5 % in pairs', shape: { loss: 0.05, burst: 2 }, phases: [[5e6, 60]] },
];

/** A phase is settled after this, s. */
const settlingS = 5;
const microphoneSsrc = 1001;
const rtxOf = (ssrc: number) => ssrc + 10;
const encodings = [3001, 3002, 3003].map((ssrc) => ({ ssrc, rtx: rtxOf(ssrc) }));

const bridge = await BridgeProcess.start();
const rest = new RestBridge(new URL(bridge.restUrl));

async function join(meeting: MeetingId, name: string, port?: number): Promise<WebRtcClient> {
  const id = endpointId(name);
  const isFirst = name === 'aaaaaaaa';
  const endpoint = endpointCreation({ id, name, dataChannel: true, ssrcRewriting: false });
  const request = isFirst
    ? conferenceCreation(meeting, 'bench@bench.invalid', endpoint)
    : conferenceUpdate(meeting, endpoint);
  const ice = (await rest.request(request)).endpoints[0]?.transport?.ice;
  if (!ice?.credentials) throw new Error(`the bridge did not create endpoint ${id}`);
  const candidates = ice.candidates
    .filter(({ protocol }) => protocol === 'udp')
    .map((candidate) => (port ? { ...candidate, port } : candidate));
  const transport = { ...ice.credentials, ...ice, candidates };
  const client = await WebRtcClient.create({
    name,
    transport,
    media: jicofoOffer,
    dataChannel: true,
  });
  const { credentials, fingerprints } = client.remoteTransport();
  const sources = isFirst
    ? [
        {
          name: `${id}-a0`,
          kind: 'audio' as const,
          videoType: 'none' as const,
          encodings: [{ ssrc: microphoneSsrc }],
        },
        { name: `${id}-v0`, kind: 'video' as const, videoType: 'camera' as const, encodings },
      ]
    : [];
  const accepted = { ...credentials!, fingerprints };
  await rest.request(conferenceUpdate(meeting, endpointAcceptance(id, accepted, sources)));
  await until(() => (client.connected && client.channelOpen ? undefined : client.state), 30_000);
  return client;
}

/** How often the bridge stopped a video, by its own count. */
async function stops(): Promise<number> {
  const text = await (await fetch(`${bridge.restUrl}/metrics`)).text();
  return Number(/^trestle_video_freezes_total (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** bit/s of everything but sound, in steps of 100 ms since the beginning of a phase. */
class Offered {
  readonly #bits: number[] = [];
  #sinceMs = performance.now();

  take(datagram: Buffer): void {
    const step = Math.floor((performance.now() - this.#sinceMs) / 100);
    this.#bits[step] = (this.#bits[step] ?? 0) + datagram.length * 8;
  }

  begin(): void {
    this.#bits.length = 0;
    this.#sinceMs = performance.now();
  }

  bps(fromStep: number, steps: number): number {
    const bits = Array.from({ length: steps }, (_, step) => this.#bits[fromStep + step] ?? 0);
    return (bits.reduce((sum, each) => sum + each, 0) * 10) / steps;
  }

  /** Seconds until half a second fits through the link. */
  fitsAfterS(rateBps: number): number {
    let step = 0;
    while (this.bps(step, 5) > rateBps) step += 1;
    return step / 10;
  }
}

async function run({ shape, phases }: Run): Promise<void> {
  const meeting = meetingId(randomUUID());
  const link = await openShapedLink(bridge.mediaPort);
  const sender = await join(meeting, 'aaaaaaaa');
  const receiver = await join(meeting, 'bbbbbbbb', link.port);
  const defaultConstraints = { maxHeight: 720 };
  receiver.sendText(
    JSON.stringify({ colibriClass: 'ReceiverVideoConstraints', defaultConstraints }),
  );
  const video = new VideoFlow({
    client: sender,
    encodings: encodings as never,
    packetsPerFrame: 2,
  });
  const audio = new AudioFlow({ client: sender, ssrc: microphoneSsrc });
  const offered = new Offered();
  link.down.onDatagram = (datagram) => offered.take(datagram);
  const sound = new AudioOnLink(link.down, () => microphoneSsrc);
  const repairing = new Repairing(receiver, 3001, rtxOf(3001));
  let freezes = new Freezes();
  receiver.onRtp = (packet) => {
    repairing.onPacket(packet);
    if (packet.ssrc === 3001) freezes.onPacket(packet);
  };
  link.down.shape({ delayMs: 20, ...shape });
  for (const [rateBps, seconds] of phases) {
    link.down.shape({ rateBps });
    sound.take();
    offered.begin();
    freezes = new Freezes();
    const repairedBefore = repairing.repaired;
    const stopsBefore = await stops();
    await delay(settlingS * 1000);
    const first = sound.take();
    await delay((seconds - settlingS) * 1000);
    const then = sound.take();
    const figures = [
      String(rateBps / 1000).padStart(5),
      `${first.lost}`.padStart(4),
      `${first.longestRun}`.padStart(4),
      first.longestGapMs.toFixed(0).padStart(5),
      `${then.lost}`.padStart(5),
      `${then.longestRun}`.padStart(4),
      then.longestGapMs.toFixed(0).padStart(5),
      ...[first, then].map(({ heldMs }) => {
        const { p50 = 0, max = 0 } = percentilesOf(heldMs.map((ms) => ms * 1000)) ?? {};
        return `${p50.toFixed(0)}/${max.toFixed(0)}`.padStart(8);
      }),
      offered.fitsAfterS(rateBps).toFixed(1).padStart(5),
      (offered.bps(seconds * 10 - 50, 50) / 1000).toFixed(0).padStart(5),
      `${freezes.count}/${(freezes.totalMs / 1000).toFixed(1)}`.padStart(7),
      `${(await stops()) - stopsBefore}`.padStart(5),
      `${repairing.repaired - repairedBefore}`.padStart(5),
    ];
    process.stdout.write(`  ${figures.join(' ')}\n`);
  }
  repairing.stop();
  video.stop();
  audio.stop();
  receiver.close();
  sender.close();
  link.close();
}

const words = process.argv.slice(2);
process.stdout.write(
  `audio packets lost in the first ${settlingS} s, the longest run and gap (ms); the same of the time after; audio's delay then and after\n` +
    '(p50/most, ms); s until what is sent fits; kbit/s sent at the end; freezes and their s; how often the bridge stopped video; packets repaired\n' +
    '   kb/s lost  run   gap  lost  run   gap    delay    delay  fits  kb/s freezes stops  rtx\n',
);
for (const each of runs) {
  if (words.length > 0 && !words.some((word) => each.name.includes(word))) continue;
  process.stdout.write(`${each.name}\n`);
  await run(each);
}
await bridge.stop();
process.exit(0);
