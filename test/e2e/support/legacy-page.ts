import type { Browser, Page } from 'playwright-core';

// A client of 2018 as far as a browser of today can be one: it takes the data channel that the bridge opens and speaks that
// year's messages; its SDP is unified plan, since Plan B is gone. What runs in the page is `installLegacyPage`.

export type ReceivedStream = {
  readonly ssrc: number;
  readonly kind: string;
  readonly packets: number;
  readonly framesDecoded: number;
  readonly heightPx: number;
  /** Of what was played: 1 is a second at full scale (webrtc-stats, totalAudioEnergy). */
  readonly audioEnergy: number;
};

type LegacyCall = {
  /** Takes an offer and returns the browser's answer, which is not applied yet. */
  answer(offer: string): Promise<string>;
  apply(answer: string): Promise<void>;
  readonly messages: string[];
  channel(): { label: string; id: number | null; state: string } | undefined;
  say(text: string): void;
  state(): string;
  streams(): Promise<ReceivedStream[]>;
};

declare global {
  interface Window {
    legacyCall: LegacyCall;
  }
}

/** To be run in the page; everything it needs is inside. */
function installLegacyPage(toneHz: number): void {
  const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const messages: string[] = [];
  let channel: RTCDataChannel | undefined;
  connection.addEventListener('datachannel', (event) => {
    channel = event.channel;
    channel.addEventListener('message', ({ data }) => messages.push(String(data)));
  });

  connection.addEventListener('track', ({ track }) => {
    if (track.kind !== 'audio') return;
    const player = new Audio();
    player.srcObject = new MediaStream([track]);
    void player.play(); // what nobody plays has no energy
  });

  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const drawing = canvas.getContext('2d');
  let drawn = 0;
  setInterval(() => {
    drawn += 1;
    if (!drawing) return;
    drawing.fillStyle = `hsl(${drawn % 360} 80% 50%)`;
    drawing.fillRect(0, 0, 640, 360);
    drawing.fillStyle = 'white';
    drawing.fillRect((drawn * 7) % 600, (drawn * 3) % 320, 40, 40);
  }, 66);
  const [picture] = canvas.captureStream(15).getVideoTracks();

  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: toneHz });
  const out = audio.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const [sound] = out.stream.getAudioTracks();

  window.legacyCall = {
    messages,
    answer: async (offer) => {
      await connection.setRemoteDescription({ type: 'offer', sdp: offer });
      for (const [place, track] of [sound, picture].entries()) {
        const transceiver = connection.getTransceivers()[place];
        if (!transceiver || !track) throw new Error('the offer has no lines to send on');
        transceiver.direction = 'sendrecv';
        if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
      }
      const { sdp = '' } = await connection.createAnswer();
      return sdp;
    },
    apply: (answer) => connection.setLocalDescription({ type: 'answer', sdp: answer }),
    channel: () => channel && { label: channel.label, id: channel.id, state: channel.readyState },
    say: (text) => channel?.send(text),
    state: () => `${connection.iceConnectionState} ${connection.connectionState}`,
    streams: async () => {
      const report = await connection.getStats();
      const streams: ReceivedStream[] = [];
      report.forEach((each: Record<string, string | number | undefined>) => {
        if (each['type'] !== 'inbound-rtp') return;
        streams.push({
          ssrc: Number(each['ssrc']),
          kind: String(each['kind']),
          packets: Number(each['packetsReceived'] ?? 0),
          framesDecoded: Number(each['framesDecoded'] ?? 0),
          heightPx: Number(each['frameHeight'] ?? 0),
          audioEnergy: Number(each['totalAudioEnergy'] ?? 0),
        });
      });
      return streams;
    },
  };
}

/** One browser window with such a client. */
export class LegacyPage {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param url any page on loopback: from nowhere a browser may not send to loopback */
  static async open(browser: Browser, url: string, toneHz: number): Promise<LegacyPage> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.evaluate(installLegacyPage, toneHz);
    return new LegacyPage(page);
  }

  answer(offer: string): Promise<string> {
    return this.#page.evaluate((sdp) => window.legacyCall.answer(sdp), offer);
  }

  apply(answer: string): Promise<void> {
    return this.#page.evaluate((sdp) => window.legacyCall.apply(sdp), answer);
  }

  say(message: object): Promise<void> {
    return this.#page.evaluate((text) => window.legacyCall.say(text), JSON.stringify(message));
  }

  messages(): Promise<string[]> {
    return this.#page.evaluate(() => window.legacyCall.messages);
  }

  state(): Promise<string> {
    return this.#page.evaluate(() => window.legacyCall.state());
  }

  channel() {
    return this.#page.evaluate(() => window.legacyCall.channel());
  }

  async stream(ssrc: number): Promise<ReceivedStream | undefined> {
    const streams = await this.#page.evaluate(() => window.legacyCall.streams());
    return streams.find((each) => each.ssrc === ssrc);
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }
}
