import { setTimeout as delay } from 'node:timers/promises';
import { type Bridge, BridgeError, type BridgeFailure } from '../../demo/focus/bridge.ts';
import { sourceName, ssrc } from '../../src/model/ids.ts';
import type { Source } from '../../src/model/source.ts';
import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import type { ConferenceModify } from '../../src/protocol/colibri2/conference-modify.ts';

function feedback(kind: 'audio' | 'video', value: number): Source {
  const name = sourceName(`jvb-${kind[0] ?? ''}0`);
  return {
    name,
    kind,
    videoType: 'camera',
    synthetic: false,
    encodings: [{ ssrc: ssrc(value) }],
  };
}

/** Answers creations as a bridge does and keeps what it was asked; fails when told to. */
export class FakeBridge implements Bridge {
  readonly requests: ConferenceModify[] = [];
  /** Of the channel over WebSocket; the endpoint's id is appended. */
  channelUrl = 'ws://127.0.0.1:9/colibri-ws/fake/';
  /** The next requests fail so, one for each entry; undefined = that one succeeds. */
  readonly failures: (BridgeFailure | undefined)[] = [];

  /** The next ICE restart's generation; undefined = it cannot be had. */
  iceGeneration: number | undefined = 1;

  /** How long an answer takes. */
  latencyMs = 0;

  async request(request: ConferenceModify): Promise<ConferenceModified> {
    this.requests.push(request);
    await delay(this.latencyMs);
    const failure = this.failures.shift();
    if (failure) throw new BridgeError(failure, `told to fail: ${failure}`);
    return {
      endpoints: request.endpoints.map(({ id, create, expire, transport }) => ({
        id,
        expire,
        ...((create || transport?.iceRestart) && {
          transport: {
            ice: {
              credentials: { ufrag: 'fake', pwd: 'fakefakefakefakefakefake' },
              candidates: [],
              fingerprints: [],
              webSocketUrls: [`${this.channelUrl}${id}?pwd=secret`],
              ...(!create &&
                this.iceGeneration !== undefined && { iceGeneration: this.iceGeneration }),
            },
            ...(transport?.sctp && { sctp: { port: 5000 } }),
          },
        }),
      })),
      sources: [feedback('audio', 1), feedback('video', 2)],
    };
  }

  inspect(meetingId: string): Promise<unknown> {
    return Promise.resolve({ meetingId });
  }
}
