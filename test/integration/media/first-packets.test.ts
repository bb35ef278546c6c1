import { afterEach, beforeEach, expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { extensionId } from '../../support/rtp/jitsi-parameters.ts';
import { until } from '../../support/until.ts';
import { TestConference, camera, mediaOptions, recordingLogger } from './media-fixture.ts';

let plane: MediasoupPlane;
let conference: TestConference;

beforeEach(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
  conference = await TestConference.open(plane);
});
afterEach(() => {
  conference.close();
  plane.close();
});

it('packets are acknowledged before their source is signalled: a browser probes with its first ones', async () => {
  const alice = await conference.join('alice');
  const flow = new VideoFlow({
    client: alice.client,
    encodings: camera(alice.id, 1001, 1).encodings,
    extensions: new Map([[extensionId.transportCc, Buffer.from([0, 1])]]),
  });
  await until(() =>
    alice.client.feedback.some(({ type }) => type === 'transport-cc')
      ? undefined
      : 'no transport-cc feedback came',
  );
  flow.stop();
  expect(conference.eventsOf('codec')).toEqual([]);
  expect(conference.eventsOf('source-refused')).toEqual([]);
});
