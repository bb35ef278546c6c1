import { type Browser, chromium, type Page } from 'playwright-core';
import { installProbe, type PageReport, type SentEncoding, type Tone } from './probe.ts';

/** Debian's Chromium, headless; as root it refuses to run with its sandbox. */
export function launchChromium(...flags: readonly string[]): Promise<Browser> {
  return launchChromiumBy('/usr/bin/chromium', ...flags);
}

/** @param executablePath of a command that becomes Chromium */
export function launchChromiumBy(
  executablePath: string,
  ...flags: readonly string[]
): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--autoplay-policy=no-user-gesture-required',
      '--disable-gpu',
      '--auto-select-desktop-capture-source=Trestle',
      '--auto-select-tab-capture-source-by-title=Trestle',
      ...flags,
    ],
  });
}

/** Makes the page take a port of loopback for the bridge's, in every offer; to be run in the page. */
function sendMediaTo(port: number): void {
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const sdp = (description.sdp ?? '')
        .replace(/^a=candidate:\S+ \d tcp .*\r\n/gim, '')
        .replace(/^(a=candidate:\S+ \d udp \d+) \S+ \d+/gim, `$1 127.0.0.1 ${port}`);
      return super.setRemoteDescription({ ...description, sdp });
    }
  };
}

/** One browser window with the demo's page: somebody in a call. */
export class Participant {
  readonly name: string;
  readonly page: Page;
  readonly errors: string[] = [];

  private constructor(name: string, page: Page) {
    this.name = name;
    this.page = page;
    page.on('pageerror', (error) =>
      this.errors.push(`${name}: ${error.name} ${error.message} ${error.stack ?? ''}`),
    );
  }

  /** @param mediaPort where this one sends its media instead of the bridge's port */
  static async join(
    browser: Browser,
    name: string,
    url: string,
    mediaPort?: number,
  ): Promise<Participant> {
    const context = await browser.newContext({ viewport: { width: 900, height: 600 } });
    const participant = new Participant(name, await context.newPage());
    await participant.page.addInitScript(installProbe);
    if (mediaPort !== undefined) await participant.page.addInitScript(sendMediaTo, mediaPort);
    await participant.page.goto(url);
    return participant;
  }

  report(): Promise<PageReport> {
    return this.page.evaluate(() => window.probe.report());
  }

  tone(source: string): Promise<Tone | undefined> {
    return this.page.evaluate((name) => window.probe.tone(name), source);
  }

  sending(): Promise<readonly SentEncoding[]> {
    return this.page.evaluate(() => window.probe.sending());
  }

  connections(): Promise<number> {
    return this.page.evaluate(() => window.probe.connections());
  }

  tell(text: string): Promise<void> {
    return this.page.evaluate((words) => window.probe.tell(words), text);
  }

  told(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.probe.told());
  }

  setVolume(volume: number): Promise<void> {
    return this.page.evaluate((value) => window.probe.setVolume(value), volume);
  }

  /** The id the focus gave, once the page is in the room. */
  async id(): Promise<string | undefined> {
    const { tiles } = await this.report();
    const id = tiles.find(({ own }) => own)?.source.split('-')[0];
    return id === '' ? undefined : id;
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
