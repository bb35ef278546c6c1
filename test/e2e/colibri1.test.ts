import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { buildRemoteOffer, type OfferedLine } from '../../demo/page/sdp/remote-offer.ts';
import {
  answeredEncodings,
  answeredTransport,
  withSimulcast,
} from '../../demo/page/sdp/local-answer.ts';
import { ssrc } from '../../src/model/ids.ts';
import type { Channel } from '../../src/protocol/colibri1/conference.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { Colibri1Focus, type LegacyEndpoint } from '../support/bridge/colibri1-focus.ts';
import { legacyOffer } from '../support/bridge/legacy-offer.ts';
import { joinAsOccupant } from '../support/prosody/occupant.ts';
import { startProsody } from '../support/prosody/prosody.ts';
import { until } from '../support/until.ts';
import { launchChromium } from './support/chromium.ts';
import { LegacyPage } from './support/legacy-page.ts';

const jid = 'jitsi-videobridge.meet.test';

type Encodings = ReturnType<typeof answeredEncodings>;

type Scene = { readonly browser: Browser; readonly url: string; readonly focus: Colibri1Focus };

/** A browser in a call, and what its focus knows of it. */
class LegacyParticipant {
  readonly page: LegacyPage;
  readonly endpoint: LegacyEndpoint;
  readonly #lines: OfferedLine[];
  audio: Encodings = [];
  video: Encodings = [];
  #version = 0;

  private constructor(page: LegacyPage, endpoint: LegacyEndpoint) {
    this.page = page;
    this.endpoint = endpoint;
    const mixed = (kind: 'audio' | 'video') => ({
      kind,
      direction: 'sendrecv' as const,
      stream: { ssrc: endpoint.feedbackSsrcs[kind], msid: `mixedmslabel mixedlabel${kind}0` },
    });
    this.#lines = [mixed('audio'), mixed('video'), { kind: 'application' }];
  }

  static async join(
    { browser, url, focus }: Scene,
    id: string,
    toneHz: number,
  ): Promise<LegacyParticipant> {
    const page = await LegacyPage.open(browser, url, toneHz);
    const participant = new LegacyParticipant(page, await focus.allocate(id));
    const answer = await participant.#negotiate();
    participant.audio = answeredEncodings(answer, '0');
    participant.video = answeredEncodings(answer, '1');
    const transport = { ...answeredTransport(answer), candidates: [], webSocketUrls: [] };
    const { ufrag, pwd, ...rest } = transport;
    await focus.accept(
      participant.endpoint,
      { ...rest, credentials: { ufrag, pwd } },
      { ...agreed(answer, 'audio'), ...announced(participant.audio) },
      { ...agreed(answer, 'video'), ...announced(participant.video) },
    );
    return participant;
  }

  /** The focus tells of another's sources (`source-add`): a line each, on the sender's own SSRCs. */
  async add(other: LegacyParticipant): Promise<void> {
    for (const [kind, encodings] of [
      ['audio', other.audio],
      ['video', other.video],
    ] as const) {
      const [first] = encodings;
      if (!first) throw new Error(`${other.endpoint.id} sends no ${kind}`);
      const msid = `${other.endpoint.id}-${kind} ${other.endpoint.id}-${kind}-track`;
      this.#lines.push({ kind, direction: 'sendonly', stream: { ...first, msid } });
    }
    await this.#negotiate();
  }

  async #negotiate(): Promise<string> {
    const { credentials, candidates, fingerprints } = this.endpoint.transport;
    if (!credentials) throw new Error('the bridge gave no credentials');
    const offer = buildRemoteOffer({
      transport: { ...credentials, candidates, fingerprints },
      media: legacyOffer,
      lines: this.#lines,
      version: (this.#version += 1),
    });
    let next = 0x5000_0000 + this.#version * 16 + (this.endpoint.id === 'aaaaaaaa' ? 0 : 8);
    const answer = withSimulcast(await this.page.answer(offer), '1', () => (next += 1));
    await this.page.apply(answer);
    return answer;
  }
}

/** What of the offer a client agreed to. */
function agreed(answer: string, kind: string): Pick<Channel, 'payloadTypes' | 'headerExtensions'> {
  const section = answer.split(/^(?=m=)/m).find((each) => each.startsWith(`m=${kind}`)) ?? '';
  const types = new Set(/^m=\w+ \d+ \S+ ([\d ]+)/.exec(section)?.[1]?.split(' ').map(Number));
  const extensions = new Set(
    [...section.matchAll(/^a=extmap:(\d+)/gm)].map(([, id]) => Number(id)),
  );
  const offered = legacyOffer.filter((media) => media.kind === kind);
  return {
    payloadTypes: offered.flatMap((media) => media.payloadTypes.filter(({ id }) => types.has(id))),
    headerExtensions: offered.flatMap((media) =>
      media.headerExtensions.filter(({ id }) => extensions.has(id)),
    ),
  };
}

function announced(encodings: Encodings): Pick<Channel, 'sources' | 'groups'> {
  const primaries = encodings.map((encoding) => encoding.ssrc);
  const pairs = encodings.flatMap(({ ssrc: primary, rtx }) =>
    rtx === undefined ? [] : [[primary, rtx]],
  );
  const all = [...primaries, ...pairs.flatMap(([, rtx]) => rtx ?? [])];
  return {
    sources: all.map((value) => ({ ssrc: ssrc(value), screen: false })),
    groups: [
      ...(primaries.length > 1 ? [{ semantics: 'SIM', ssrcs: primaries.map(ssrc) }] : []),
      ...pairs.map((pair) => ({ semantics: 'FID', ssrcs: pair.map(ssrc) })),
    ],
  };
}

it('carries a call of browsers that a focus of 2018 allocated through the component port', async () => {
  const prosody = await startProsody({ components: { [jid]: 'bridge-pass' } });
  const jicofo = await joinAsOccupant(prosody);
  const bridge = await BridgeProcess.start({
    args: [
      '--apis=rest,xmpp',
      '--host=127.0.0.1',
      `--port=${prosody.componentPort}`,
      '--domain=meet.test',
      '--secret=bridge-pass',
    ],
  });
  const browser = await launchChromium();
  try {
    const focus = new Colibri1Focus(jicofo, jid);
    await until(() =>
      focus.ask({}).then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    );
    const scene = { browser, url: `${bridge.restUrl}/about/version`, focus };
    const ada = await LegacyParticipant.join(scene, 'aaaaaaaa', 400);
    const bob = await LegacyParticipant.join(scene, 'bbbbbbbb', 600);
    expect([ada.video.length, bob.video.length]).toEqual([3, 3]);
    await ada.add(bob);
    await bob.add(ada);
    for (const [receiver, sender] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      const [picture, sound] = [sender.video[0]?.ssrc ?? 0, sender.audio[0]?.ssrc ?? 0];
      await until(async () => {
        const video = await receiver.page.stream(picture);
        const audio = await receiver.page.stream(sound);
        const seen = (video?.framesDecoded ?? 0) > 20;
        const heard = (audio?.audioEnergy ?? 0) > 0.1;
        if (seen && heard) return undefined;
        const states = `${await receiver.page.state()}, ${await sender.page.state()}`;
        return `${JSON.stringify(video)} ${JSON.stringify(audio)}, ${states}`;
      }, 40_000);
      const channel = await receiver.page.channel();
      expect(channel).toEqual({ label: 'default', id: 0, state: 'open' });
    }
    // Unselected it is a thumbnail; on stage it grows, on the same SSRC.
    const picture = bob.video[0]?.ssrc ?? 0;
    const height = async () => (await ada.page.stream(picture))?.heightPx;
    expect(await height()).toBeLessThanOrEqual(180);
    await ada.page.say({
      colibriClass: 'SelectedEndpointsChangedEvent',
      selectedEndpoints: ['bbbbbbbb'],
    });
    await until(async () => {
      const now = await height();
      return now !== undefined && now > 180 ? undefined : `still ${now} pixels high`;
    }, 40_000);
    const told = (who: LegacyParticipant, ...words: string[]) =>
      until(async () => {
        const messages = await who.page.messages();
        const found = messages.some((message) => words.every((word) => message.includes(word)));
        return found ? undefined : `no ${words.join(' ')} in ${messages.join(' ')}`;
      });
    await told(bob, 'SelectedUpdateEvent', 'true');
    await told(ada, 'LastNEndpointsChangeEvent', '"endpointsEnteringLastN":["bbbbbbbb"]');
    await bob.page.say({ colibriClass: 'EndpointMessage', to: '', msgPayload: { hand: 1 } });
    await told(ada, 'EndpointMessage', '"from":"bbbbbbbb"', '"hand":1');
    await focus.expire(bob.endpoint);
    await told(ada, 'LastNEndpointsChangeEvent', '"lastNEndpoints":[]');
    await ada.page.close();
    await bob.page.close();
    expect(bridge.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  } finally {
    await browser.close();
    await bridge.stop();
    await jicofo.leave();
    await prosody.close();
  }
}, 180_000);
