import type { EndpointCommand } from '../../../src/conference/commands.ts';
import { defaultConferenceConfig } from '../../../src/conference/conference-config.ts';
import { Conferences } from '../../../src/conference/conferences.ts';
import type { ConferenceTotals } from '../../../src/conference/statistics.ts';
import type { Receiver } from '../../../src/conference/receiver.ts';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { secureRandom, systemClock, systemTimers } from '../../../src/io/system/clock.ts';
import type { EndpointId } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import type { LocalTransport } from '../../../src/model/transport.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { createCommand, meeting, updateCommand } from '../../support/conference-scene.ts';
import { jicofoOffer } from '../../support/client/jicofo-offer.ts';
import { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { FakeChannelCodec, FakeLink } from '../../support/fake-channel.ts';
import { until } from '../../support/until.ts';
import { recordingLogger } from './media-fixture.ts';

const codec = new FakeChannelCodec();

/** A call until the end of the test, with everything real but signalling: decisions, worker, ICE, DTLS and SRTP. */
export class DecidedCall {
  readonly #conferences: Conferences;
  readonly #passwords = new Map<string, string>();

  constructor(plane: MediasoupPlane) {
    this.#conferences = new Conferences({
      config: defaultConferenceConfig,
      media: plane,
      codec,
      clock: systemClock,
      timers: systemTimers,
      random: secureRandom,
      log: recordingLogger(),
      webSocketUrls: ({ endpointId: id, password }) => {
        this.#passwords.set(id, password);
        return [];
      },
    });
    this.#conferences.start();
    atTheEnd(() => this.#conferences.closeAll());
  }

  /** Makes an endpoint and connects its client, through another port of the machine if one is given. */
  async join(id: EndpointId, sources: readonly Source[], port?: number): Promise<WebRtcClient> {
    const create = this.#conferences.count === 0;
    const created = createCommand(id, { sctp: false, media: jicofoOffer, sources });
    const outcome = await this.#execute(create, created);
    const transport = outcome.endpoints[0]!.transport!;
    const candidates = transport.candidates.map((known) => (port ? { ...known, port } : known));
    const joined = await WebRtcClient.create({
      name: id,
      transport: { ...transport, candidates },
      media: jicofoOffer,
    });
    atTheEnd(() => joined.close());
    await this.update(id, { transport: joined.remoteTransport() });
    await until(() => (joined.connected ? undefined : `${id} is ${joined.state}`));
    return joined;
  }

  /** @returns the bridge's transport, if it has something to say about it */
  async update(
    id: EndpointId,
    settings: Partial<Extract<EndpointCommand, { type: 'update' }>>,
  ): Promise<LocalTransport | undefined> {
    const outcome = await this.#execute(false, updateCommand(id, settings));
    return outcome.endpoints[0]?.transport;
  }

  get totals(): ConferenceTotals {
    return this.#conferences.totals;
  }

  receiver(id: EndpointId): Receiver {
    return this.#conferences.all[0]!.endpoints.get(id)!.receiver;
  }

  get dominant(): EndpointId | undefined {
    return this.#conferences.all[0]!.speakers.dominant;
  }

  /** Opens its bridge channel and asks for everything up to this height. @returns what it is told on it */
  wantVideo(id: EndpointId, maxHeight: number): FakeLink {
    const channel = new FakeLink();
    const { identity } = this.#conferences.all[0]!;
    const password = this.#passwords.get(id)!;
    const admitted = this.#conferences.admit({
      conferenceId: identity.id,
      endpointId: id,
      password,
    })!;
    admitted.opened(channel);
    const defaultConstraints = { maxHeight, maxFrameRate: -1 };
    const text = codec.write({ type: 'receiver-settings', update: { defaultConstraints } });
    admitted.message(channel, text);
    return channel;
  }

  async #execute(create: boolean, endpoint: EndpointCommand) {
    const result = await this.#conferences.execute({
      meetingId: meeting,
      create,
      expire: false,
      endpoints: [endpoint],
      ignoreUnknownEndpoints: false,
    });
    if (!result.ok) throw new Error(result.error.text);
    return result.value;
  }
}
