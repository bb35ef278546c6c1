import { randomUUID } from 'node:crypto';
import type { BridgeError } from '../../demo/focus/bridge.ts';
import { offeredMedia } from '../../demo/focus/offer.ts';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointCreation,
  endpointExpiry,
} from '../../demo/focus/requests.ts';
import { RestBridge } from '../../demo/focus/rest-bridge.ts';
import { SerialQueue } from '../../src/base/serial-queue.ts';
import { endpointId, type MeetingId, meetingId } from '../../src/model/ids.ts';
import type { RemoteTransport } from '../../src/model/transport.ts';
import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import type { ConferenceModify } from '../../src/protocol/colibri2/conference-modify.ts';
import { sourcesOf } from '../client/client-sources.ts';
import { type ClientSpec, endpointOf } from '../client/client-spec.ts';
import { ControlError, type ControlPath, type Invitation } from './control-path.ts';

type Room = {
  readonly id: MeetingId;
  created: boolean;
  endpoints: number;
  readonly queue: SerialQueue;
};

/** Plays the focus: Colibri2 over REST, one conference a room. */
export class Colibri2Path implements ControlPath {
  readonly #bridge: RestBridge;
  readonly #rooms = new Map<string, Room>();

  constructor(url: URL) {
    this.#bridge = new RestBridge(url);
  }

  async invite(spec: ClientSpec): Promise<Invitation> {
    const room = this.#room(spec.room);
    const id = endpointId(endpointOf(spec.participant));
    const endpoint = endpointCreation({
      id,
      name: id,
      dataChannel: spec.channel === 'sctp',
      ssrcRewriting: true,
    });
    const answer = await this.#create(room, spec.room, endpoint);
    const ice = answer.endpoints.find((each) => each.id === id)?.transport?.ice;
    room.endpoints += 1;
    if (!ice?.credentials) throw new ControlError('the bridge answered without a transport');
    return {
      transport: { ...ice.credentials, candidates: ice.candidates, fingerprints: ice.fingerprints },
      webSocketUrl: ice.webSocketUrls[0],
      media: offeredMedia,
      accept: async (transport) => {
        await this.#request(conferenceUpdate(room.id, acceptance(spec, transport)));
      },
      leave: async () => {
        room.endpoints -= 1;
        // A conference ends with its last endpoint; who comes then comes to a new one.
        if (room.endpoints > 0) await this.#request(conferenceUpdate(room.id, endpointExpiry(id)));
        else await this.#end(spec.room, room);
      },
    };
  }

  forget(): void {
    this.#rooms.clear();
  }

  async close(): Promise<void> {
    for (const room of this.#rooms.values()) {
      if (!room.created) continue;
      // A bridge that is gone by now has no conference to end either.
      await this.#request({ ...conferenceUpdate(room.id), expire: true }).catch(() => undefined);
    }
  }

  async #end(name: string, room: Room): Promise<void> {
    if (this.#rooms.get(name) === room) this.#rooms.delete(name);
    await this.#request({ ...conferenceUpdate(room.id), expire: true });
  }

  /** The conference comes into being with its first endpoint; the others wait for that. */
  #create(
    room: Room,
    name: string,
    endpoint: ReturnType<typeof endpointCreation>,
  ): Promise<ConferenceModified> {
    if (room.created) return this.#request(conferenceUpdate(room.id, endpoint));
    return room.queue.add(async () => {
      if (room.created) return this.#request(conferenceUpdate(room.id, endpoint));
      const full = `${name}@conference.trestle-load.invalid`;
      const answer = await this.#request(conferenceCreation(room.id, full, endpoint));
      room.created = true;
      return answer;
    });
  }

  async #request(request: ConferenceModify): Promise<ConferenceModified> {
    try {
      return await this.#bridge.request(request);
    } catch (error) {
      throw new ControlError((error as BridgeError).message, { cause: error });
    }
  }

  #room(name: string): Room {
    const known = this.#rooms.get(name);
    if (known) return known;
    const room = {
      id: meetingId(randomUUID()),
      created: false,
      endpoints: 0,
      queue: new SerialQueue(),
    };
    this.#rooms.set(name, room);
    return room;
  }
}

function acceptance(spec: ClientSpec, transport: RemoteTransport) {
  return {
    id: endpointId(endpointOf(spec.participant)),
    create: false,
    expire: false,
    media: [],
    capabilities: [],
    sources: sourcesOf(spec),
    transport: {
      iceControlling: false,
      useUniquePort: false,
      iceRestart: false,
      ice: { ...transport, webSocketUrls: [] },
    },
  };
}
