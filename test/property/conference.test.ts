// What holds in a conference whatever focus, clients and media plane do, in whatever order.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { VideoMapping } from '../../src/conference/channel-messages.ts';
import { slotHoldMs } from '../../src/conference/source-maps.ts';
import { endpointId, sourceName } from '../../src/model/ids.ts';
import { videoTypes } from '../../src/model/source.ts';
import {
  camera,
  cameraLayers,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../support/conference-scene.ts';
import { FakeLink } from '../support/fake-channel.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const id = fc.constantFrom(...ids);
const height = fc.constantFrom(-1, 0, 180, 720);

type Act = (play: Play) => void | Promise<void>;

/** One thing that can happen; it does nothing where it makes no sense. */
const act: fc.Arbitrary<{ readonly what: string; readonly run: Act }> = fc.oneof(
  fc.tuple(id, fc.boolean()).map(([who, rewriting]) => ({
    what: `join ${who} ${rewriting}`,
    run: (play: Play) => play.join(who, rewriting),
  })),
  id.map((who) => ({ what: `leave ${who}`, run: (play: Play) => play.leave(who) })),
  id.map((who) => ({ what: `connect ${who}`, run: (play: Play) => play.connect(who) })),
  id.map((who) => ({ what: `drop ${who}`, run: (play: Play) => play.drop(who) })),
  fc.tuple(id, height).map(([who, max]) => ({
    what: `want ${who} ${max}`,
    run: (play: Play) => play.want(who, max),
  })),
  fc.tuple(id, fc.integer({ min: -1, max: 4 })).map(([who, lastN]) => ({
    what: `last-n ${who} ${lastN}`,
    run: (play: Play) => play.say(who, { type: 'last-n', lastN }),
  })),
  fc.tuple(id, fc.constantFrom(...videoTypes)).map(([who, videoType]) => ({
    what: `type ${who} ${videoType}`,
    run: (play: Play) => play.say(who, { type: 'video-type', source: undefined, videoType }),
  })),
  fc.tuple(id, fc.nat({ max: 6_000_000 })).map(([who, availableBps]) => ({
    what: `estimate ${who} ${availableBps}`,
    run: ({ scene }: Play) =>
      scene.report({ type: 'estimate', endpointId: endpointId(who), availableBps }),
  })),
  fc.tuple(id, fc.integer({ min: 0, max: 3 })).map(([who, encodings]) => ({
    what: `layers ${who} ${encodings}`,
    run: ({ scene }: Play) =>
      scene.reportLayers(`${who}-v0`, cameraLayers().slice(0, 3 * encodings)),
  })),
  id.map((who) => ({
    what: `speak ${who}`,
    run: ({ scene }: Play) => {
      scene.report({ type: 'dominant-speaker', endpointId: endpointId(who) });
      scene.report({
        type: 'codec',
        endpointId: endpointId(who),
        source: sourceName(`${who}-a0`),
        codec: 'opus',
      });
    },
  })),
  fc.tuple(id, fc.boolean(), fc.boolean()).map(([who, audio, video]) => ({
    what: `mute ${who} ${audio} ${video}`,
    run: (play: Play) => play.update(who, { forceMute: { audio, video } }),
  })),
  fc.tuple(id, fc.boolean()).map(([who, sends]) => ({
    what: `sources ${who} ${sends}`,
    run: (play: Play) => play.update(who, { sources: sends ? [camera(who), microphone(who)] : [] }),
  })),
  fc.constantFrom(500, 3_000, 6_000).map((ms) => ({
    what: `wait ${ms}`,
    run: ({ scene }: Play) => scene.time.advance(ms),
  })),
);

/** Plays acts and keeps what a client would know. */
class Play {
  readonly scene = new ConferenceScene({ ssrcLimit: { audio: 3, video: 2 } });
  readonly links = new Map<string, FakeLink>();

  async join(who: string, ssrcRewriting: boolean): Promise<void> {
    if (this.#endpoint(who)) return;
    await this.scene.join(who, { ssrcRewriting, sources: [camera(who), microphone(who)] });
    this.links.delete(who);
  }

  async leave(who: string): Promise<void> {
    if (this.#endpoint(who)) {
      await this.scene.execute({ endpoints: [{ type: 'expire', id: endpointId(who) }] });
    }
  }

  connect(who: string): void {
    if (this.#endpoint(who)) this.links.set(who, this.scene.connect(who, this.#judge(who)));
  }

  drop(who: string): void {
    const link = this.links.get(who);
    if (link) this.#endpoint(who)?.channel.closed(link);
    this.links.delete(who);
  }

  want(who: string, maxHeight: number): void {
    const link = this.links.get(who);
    if (link && this.#endpoint(who)) this.scene.want(who, link, maxHeight);
  }

  say(who: string, command: Parameters<ConferenceScene['say']>[2]): void {
    const link = this.links.get(who);
    if (link) this.scene.say(who, link, command);
  }

  async update(who: string, settings: Parameters<typeof updateCommand>[1]): Promise<void> {
    if (this.#endpoint(who))
      await this.scene.execute({ endpoints: [updateCommand(who, settings)] });
  }

  /** Checks what is sent and told to everybody now. */
  check(): void {
    for (const endpoint of this.scene.conference?.endpoints.values() ?? []) {
      const { streams } = this.scene.media.endpoints.get(endpoint.id)!.plan;
      const ssrcs = streams.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [ssrc] : [ssrc, rtx]));
      expect(new Set(ssrcs).size).toBe(ssrcs.length);
      for (const { owner, source, kind, ssrc } of streams) {
        expect(owner).not.toBe(endpoint.id);
        const state = this.#endpoint(owner)?.sources.get(source);
        expect(state).toBeDefined();
        if (kind === 'video') expect(state!.videoType).not.toMatch(/none|disabled/);
        if (endpoint.ssrcRewriting) expect(this.#known(endpoint.id).get(ssrc)).toBe(source);
        else expect(state!.source.encodings[0]!.ssrc).toBe(ssrc);
      }
      const link = this.links.get(endpoint.id);
      if (link) this.#checkTold(endpoint.id, link);
    }
  }

  /** What the endpoint believes each SSRC to be, over all its channels. */
  readonly #beliefs = new Map<object, Map<number, string>>();
  readonly #announcedMs = new Map<object, Map<number, number>>();

  #checkTold(who: string, link: FakeLink): void {
    const sent = this.scene.sent(who, 'video').sort();
    expect([...(link.of('forwarded-sources').at(-1)?.sources ?? [])].sort()).toEqual(sent);
    const name = sourceName(`${who}-v0`);
    const wishes = [...this.scene.conference!.endpoints.values()].flatMap(
      ({ receiver }) => receiver.effectiveHeights.get(name) ?? [],
    );
    const told = link.of('sender-constraints').at(-1)?.maxHeight;
    if (this.#endpoint(who)?.sources.get(name) && wishes.length > 0) {
      expect(told).toBe(wishes.includes(-1) ? -1 : Math.max(...wishes));
    }
  }

  #known(who: string): Map<number, string> {
    const endpoint = this.#endpoint(who)!;
    const known = this.#beliefs.get(endpoint) ?? new Map<number, string>();
    this.#beliefs.set(endpoint, known);
    return known;
  }

  /** A link that notes every mapping as it comes, and objects to those a client could not follow. */
  #judge(who: string): FakeLink {
    const { scene } = this;
    const known = this.#known(who);
    const endpoint = this.#endpoint(who)!;
    const times = this.#announcedMs.get(endpoint) ?? new Map<number, number>();
    this.#announcedMs.set(endpoint, times);
    const isPresent = (owner: string) => this.#endpoint(owner) !== undefined;
    return new (class extends FakeLink {
      override send(text: string): boolean {
        const event = JSON.parse(text) as { type: string; mappings?: VideoMapping[] };
        for (const { ssrc, source, owner } of event.mappings ?? []) {
          expect(isPresent(owner)).toBe(true);
          const former = known.get(ssrc);
          if (former !== undefined && former !== source) {
            expect(scene.time.nowMs() - times.get(ssrc)!).toBeGreaterThanOrEqual(slotHoldMs);
          }
          if (former !== source) times.set(ssrc, scene.time.nowMs());
          known.set(ssrc, source);
        }
        return super.send(text);
      }
    })();
  }

  #endpoint(who: string) {
    return this.scene.conference?.endpoints.get(endpointId(who));
  }
}

it('sends only what the receiver knows of, and tells it the truth', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const play = new Play();
      for (const who of ids.slice(0, 4)) {
        await play.join(who, who !== 'd');
        play.connect(who);
        play.want(who, 720);
      }
      for (const { run } of acts) {
        await run(play);
        play.check();
      }
      play.scene.conferences.closeAll();
      for (const media of play.scene.media.endpoints.values()) expect(media.closed).toBe(true);
    }),
    { numRuns: 60 },
  );
}, 30_000);
