import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BidiConnection } from '../../support/bidi.ts';
import { installProbe, type PageReport, type Tone } from './probe.ts';

/** What its fake microphone plays. */
export const firefoxToneHz = 700;

/** Sound without a click, and silence towards the outside world. */
const preferences: Readonly<Record<string, boolean | number | string>> = {
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Without an audio device Firefox makes no tone of its own (no AudioContext runs): its fake devices do.
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.navigator.audio.fake_frequency': firefoxToneHz,
  'media.gmp-manager.updateEnabled': false,
  'media.gmp-manager.url': 'data:,',
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.server': 'data:,',
};

/** Debian's Firefox, headless, with one tab that has the demo's page: somebody in a call. */
export class FirefoxParticipant {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #bidi: BidiConnection;
  readonly #context: string;

  private constructor(
    name: string,
    parts: { process: ChildProcess; profile: string; bidi: BidiConnection; context: string },
  ) {
    this.name = name;
    this.#process = parts.process;
    this.#profile = parts.profile;
    this.#bidi = parts.bidi;
    this.#context = parts.context;
  }

  static async join(name: string, url: string): Promise<FirefoxParticipant> {
    const profile = await mkdtemp(join(tmpdir(), 'trestle-firefox-'));
    const lines = Object.entries(preferences).map(
      ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
    );
    await writeFile(join(profile, 'user.js'), lines.join('\n'));
    const process = spawn(
      '/usr/bin/firefox-esr',
      ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...globalThis.process.env, HOME: profile } },
    );
    const bidi = await BidiConnection.open(await printedAddress(process));
    await bidi.send('script.addPreloadScript', {
      functionDeclaration: `() => { (${installProbe.toString()})(); }`,
    });
    const { context } = (await bidi.send('browsingContext.create', { type: 'tab' })) as {
      context: string;
    };
    await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' });
    return new FirefoxParticipant(name, { process, profile, bidi, context });
  }

  report(): Promise<PageReport> {
    return this.#evaluate<PageReport>('window.probe.report()');
  }

  tone(source: string): Promise<Tone | undefined> {
    return this.#evaluate<Tone | undefined>(`window.probe.tone(${JSON.stringify(source)})`);
  }

  async id(): Promise<string | undefined> {
    const { tiles } = await this.report();
    const id = tiles.find(({ own }) => own)?.source.split('-')[0];
    return id === '' ? undefined : id;
  }

  connections(): Promise<number> {
    return this.#evaluate<number>('window.probe.connections()');
  }

  async tell(text: string): Promise<void> {
    await this.#evaluate(`window.probe.tell(${JSON.stringify(text)})`);
  }

  told(): Promise<readonly string[]> {
    return this.#evaluate<readonly string[]>('window.probe.told()');
  }

  async leave(): Promise<void> {
    this.#bidi.close();
    this.#process.kill('SIGTERM');
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #evaluate<T>(expression: string): Promise<T> {
    const answer = (await this.#bidi.send('script.evaluate', {
      expression: `(async () => JSON.stringify((await ${expression}) ?? null))()`,
      target: { context: this.#context },
      awaitPromise: true,
    })) as { result?: { value: string }; exceptionDetails?: { text: string } };
    if (!answer.result) throw new Error(answer.exceptionDetails?.text ?? 'no result');
    return (JSON.parse(answer.result.value) as T | null) ?? (undefined as T);
  }
}

/** Firefox prints where it listens to its standard error. */
async function printedAddress(process: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of process.stderr ?? []) {
    printed += String(chunk);
    const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(printed)?.[1];
    if (address !== undefined) {
      process.stderr?.resume();
      return address;
    }
  }
  throw new Error(`Firefox did not start: ${printed}`);
}
