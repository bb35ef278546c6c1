// Sequence numbers have 16 bits, SRTP's nonces 48: who takes a packet for one of another round cannot decrypt it (RFC 3711 §3.3.1).
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { buildRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { openNat, type Nat } from '../../support/client/nat.ts';
import { until } from '../../support/until.ts';
import { letHear, openConference, type Participant, startPlane } from './media-fixture.ts';

const AUDIO = 1001;
/** A sender that skips more begins a new stream for the bridge. */
const LARGEST_STEP = 2_000;
const ROUND = 0x10000;
/** A stream this near to its rollover is "just before" or "just after" it. */
const MARGIN = 800;

/** Alice sends what the test says, packet by packet; bob hears her. */
class SteppedCall {
  readonly #alice: Participant;
  readonly #bob: Participant;
  #last = 20_000;

  private constructor(alice: Participant, bob: Participant) {
    this.#alice = alice;
    this.#bob = bob;
  }

  /** @param nat what alice is behind */
  static async open(plane: MediasoupPlane, nat?: Nat): Promise<SteppedCall> {
    const conference = await openConference(plane);
    const alice = await conference.join('alice', { ...(nat && { candidatePort: nat.port }) });
    const bob = await conference.join('bob');
    letHear(bob, alice, AUDIO);
    return new SteppedCall(alice, bob);
  }

  /** Of the stream that the bridge receives, or of the one that it sends. */
  position(stream: 'received' | 'sent'): number {
    return stream === 'received' ? this.#last % ROUND : (this.#heard().at(-1) ?? 0);
  }

  /** Sends `count` packets one after the other until each has been heard; the first is `step` after the last one. */
  async send(count: number, step = 1): Promise<void> {
    const before = this.#heard().length;
    this.#last += step - 1;
    await until(() => {
      if (this.#heard().length >= before + count) return undefined;
      // Nothing is heard before there is a Producer and while there is no worker.
      this.#sendNext();
      return `${this.#heard().length - before} of ${count} packets were heard`;
    });
  }

  /** Sends packets at once until `count` more were heard. */
  async burst(count: number): Promise<void> {
    for (let packet = 1; packet < count; packet += 1) this.#sendNext();
    await this.send(count);
  }

  #sendNext(): void {
    this.#last += 1;
    this.#alice.client.send(
      buildRtp({
        payloadType: 111,
        sequenceNumber: this.#last % ROUND,
        timestamp: (this.#last * 960) >>> 0,
        ssrc: AUDIO,
        marker: false,
        extensions: new Map(),
        payload: Buffer.alloc(80, 0xfc),
      }),
    );
  }

  #heard(): number[] {
    return this.#bob.client.packetsOf(AUDIO).map(({ sequenceNumber }) => sequenceNumber);
  }
}

describe('a worker that dies', () => {
  it.each([
    ['received', 'after'],
    ['received', 'before'],
    ['sent', 'after'],
    ['sent', 'before'],
  ] as const)('leaves a %s stream that is just %s its rollover', async (stream, place) => {
    const plane = await startPlane();
    const call = await SteppedCall.open(plane);
    await call.send(1);
    const left = () => ROUND - call.position(stream);
    // On a slow machine some packets more are sent than asked for.
    while (left() > MARGIN) await call.send(1, Math.min(LARGEST_STEP, left() - MARGIN / 2));
    if (place === 'after') await call.send(1, MARGIN);
    expect(call.position(stream) < ROUND / 2).toBe(place === 'after');

    process.kill(plane.figures().workers[0]!.pid, 'SIGKILL');
    await until(() => (plane.figures().workersDied === 1 ? undefined : 'nobody died'));
    await call.send(10);
    await call.send(10, MARGIN);
    expect(call.position(stream)).toBeLessThan(ROUND / 2);
  });

  it('leaves no room for a replay of what it had received', async () => {
    const plane = await startPlane();
    const nat = await openNat(plane.ports!.udp);
    atTheEnd(() => nat.close());
    const call = await SteppedCall.open(plane, nat);
    await call.send(1);
    await call.burst(400);
    const replay = [...nat.forwarded].filter(
      (packet) => packet.length > 12 && packet.readUInt32BE(8) === AUDIO,
    );
    expect(replay.length).toBeGreaterThanOrEqual(400);
    process.kill(plane.figures().workers[0]!.pid, 'SIGKILL');
    await until(() => (plane.figures().workersDied === 1 ? undefined : 'nobody died'));
    // Afterwards libsrtp takes what is a little older than the newest, and knows nothing of the time before.
    await call.send(5);
    const accepted = () => plane.figures().packetsIn;
    const before = accepted();
    for (const packet of replay) nat.send(packet);
    await call.burst(100);
    await until(() => (accepted() - before >= 100 ? undefined : 'the figures are not there yet'));
    expect(accepted() - before).toBeLessThan(300);
  });
});
