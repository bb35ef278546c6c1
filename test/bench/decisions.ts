// What a conference of 100 senders and receivers costs Node in decisions: allocation, speakers, source maps, plans, messages.
// Run it with `npm run bench:decisions`. The media plane and the channels are fakes, so all that is counted is ours.
import { endpointId } from '../../src/model/ids.ts';
import { type Layer } from '../../src/model/layer.ts';
import { cameraLayers, ConferenceScene } from '../support/conference-scene.ts';

const people = 100;
const minutes = 2;
const speakerChangesPerMinute = 10;
/** Share of one core that is aimed at. */
const aim = 0.2;

/** As the worker reports: estimates five times a second, levels and rates. */
const reportIntervalMs = 200;
const levelIntervalMs = 400;
const rateIntervalMs = 1_000;
const loudIntervalMs = 2_000;
/** A camera of so many loses its best picture for a second, each second: for everybody the layers are others. */
const weakOneOf = 100;

const scene = new ConferenceScene();
const ids = Array.from({ length: people }, (_, at) => `e${at}`);
for (const id of ids) {
  const link = await scene.joinFully(id, 180);
  // What the bridge says is not kept: a minute of it would be measured as garbage collection.
  link.send = () => true;
}
scene.time.advance(5_000);

/** Rates that move by a few percent, as those of real cameras. */
function ratesAt(tick: number): Layer[] {
  const layers = tick % weakOneOf === 0 ? cameraLayers().slice(0, 6) : cameraLayers();
  return layers.map((layer) => ({
    ...layer,
    bitrateBps: Math.round(layer.bitrateBps * (1 + 0.05 * Math.sin(tick))),
  }));
}

function tick(nowMs: number): void {
  for (const [at, id] of ids.entries()) {
    const owner = endpointId(id);
    // A sawtooth: every few seconds an estimate is far enough from the one in use.
    const availableBps = 2_000_000 * (0.8 + 0.4 * ((nowMs / 20_000 + at / people) % 1));
    scene.report({ type: 'estimate', endpointId: owner, availableBps });
    if (nowMs % rateIntervalMs === 0) {
      scene.report({ type: 'activity', endpointId: owner });
      scene.reportLayers(`${id}-v0`, ratesAt(nowMs / rateIntervalMs + at));
    }
  }
  if (nowMs % levelIntervalMs === 0) {
    // Whose rooms are loud changes, too: one of the twenty every two seconds.
    const first = Math.floor(nowMs / loudIntervalMs);
    const levels = Array.from({ length: 20 }, (_, at) => ({
      endpointId: endpointId(ids[(first + at) % people] ?? 'e0'),
      dBov: -30 - at,
    }));
    scene.report({ type: 'audio-levels', levels });
  }
  if (nowMs % (60_000 / speakerChangesPerMinute) === 0) {
    const speaker = ids[(nowMs / 6_000) % people] ?? 'e0';
    scene.report({ type: 'dominant-speaker', endpointId: endpointId(speaker) });
  }
  scene.time.advance(reportIntervalMs);
}

const before = process.cpuUsage();
for (let nowMs = 0; nowMs < minutes * 60_000; nowMs += reportIntervalMs) tick(nowMs);
const { user, system } = process.cpuUsage(before);
const share = (user + system) / 1000 / (minutes * 60_000);
process.stdout.write(
  `${people} × ${people}, ${speakerChangesPerMinute} speaker changes a minute: decisions take ` +
    `${(share * 100).toFixed(1)} % of a core (aim: at most ${aim * 100} %)\n`,
);
if (share > aim) process.exitCode = 1;
