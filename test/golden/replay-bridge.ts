import { defaultConferenceConfig } from '../../src/conference/conference-config.ts';
import { Conferences } from '../../src/conference/conferences.ts';
import { channelCodec } from '../../src/signaling/channel-codec.ts';
import { createColibri2, type Colibri2 } from '../../src/signaling/colibri2.ts';
import { CollectedLog } from '../support/collected-log.ts';
import { FakeTime } from '../support/fake-time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { bareMediaPlane } from './bare-media-plane.ts';

/** The bridge from decoded request to answer, without media and network. */
export function replayBridge(): { readonly colibri2: Colibri2; readonly conferences: Conferences } {
  const time = new FakeTime();
  const log = new CollectedLog();
  const conferences = new Conferences({
    config: defaultConferenceConfig,
    media: bareMediaPlane,
    codec: channelCodec,
    clock: time,
    timers: time,
    random: seededRandom(),
    log,
    webSocketUrls: ({ conferenceId, endpointId, password }) => [
      `ws://127.0.0.1:9090/colibri-ws/reference/${conferenceId}/${endpointId}?pwd=${password}`,
    ],
  });
  const colibri2 = createColibri2({
    execute: (command) => conferences.execute(command),
    config: { sctpEnabled: true },
    log,
  });
  return { colibri2, conferences };
}
