// What a test can ask of a demo page. It runs in the browser, so everything it needs is inside.

export type TileReport = {
  readonly source: string;
  readonly own: boolean;
  readonly speaking: boolean;
  readonly withPicture: boolean;
  /** The bridge says that it sends it. */
  readonly forwarded: boolean;
  readonly microphoneMuted: boolean;
  /** Of the stream shown; 0 before the first. */
  readonly framesDecoded: number;
  /** By sequence number; what came again by RTX stays lost. */
  readonly packetsLost: number;
  readonly heightPx: number;
  readonly codec: string;
};

export type Tone = { readonly frequencyHz: number; readonly levelDb: number };

/** One encoding of the camera as the browser sends it now. */
export type SentEncoding = {
  readonly ssrc: number;
  readonly heightPx: number;
  /** As in `L3T3_KEY`; empty without a mode. */
  readonly scalabilityMode: string;
};

export type PageReport = {
  readonly tiles: readonly TileReport[];
  /** Sources whose sound is played. */
  readonly sounds: readonly string[];
  readonly status: string;
  /** Of the selected candidate pair. */
  readonly iceProtocol: string;
  /** Where media leaves the browser. */
  readonly localPort: number;
  readonly sentEncodings: number;
};

export type Probe = {
  report(): Promise<PageReport>;
  /** The strongest frequency of a microphone that is played, measured over a moment. */
  tone(source: string): Promise<Tone | undefined>;
  setVolume(volume: number): void;
  /** The encodings of which frames left within the last half second. */
  sending(): Promise<readonly SentEncoding[]>;
  /** Peer connections made so far. */
  connections(): number;
  /** Sends a message to everybody over the data channel, as applications do. */
  tell(text: string): void;
  /** What others sent so. */
  told(): readonly string[];
};

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Puts `window.probe` in place; to be run before the page's own scripts. */
export function installProbe(): void {
  type Report = Record<string, string | number | boolean | undefined> & { type: string };
  const recordingMs = 400;
  const sampleRateHz = 48_000;
  const stepHz = 10;
  const connections: RTCPeerConnection[] = [];
  let dataChannel: RTCDataChannel | undefined;
  const told: string[] = [];
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }

    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      dataChannel = super.createDataChannel(label, init);
      dataChannel.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const message = JSON.parse(data) as { colibriClass: string; msgPayload?: { text: string } };
        if (message.colibriClass === 'EndpointMessage') told.push(message.msgPayload?.text ?? '');
      });
      return dataChannel;
    }
  };

  // Recorded and decoded rather than fed to an AudioContext: without an audio device Firefox runs none.
  const record = async (track: MediaStreamTrack): Promise<Float32Array> => {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const recorded = new Promise<Blob>((resolve) => {
      recorder.addEventListener('dataavailable', ({ data }) => resolve(data), { once: true });
    });
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, recordingMs));
    recorder.stop();
    const context = new OfflineAudioContext(1, 1, sampleRateHz);
    const bytes = await (await recorded).arrayBuffer();
    return (await context.decodeAudioData(bytes)).getChannelData(0);
  };

  /** A discrete Fourier transform at the frequencies that matter, over the second half of the samples. */
  const strongest = (all: Float32Array): Tone => {
    const samples = all.subarray(all.length / 2);
    let best = { frequencyHz: 0, power: 0 };
    for (let frequencyHz = 100; frequencyHz <= 1500; frequencyHz += stepHz) {
      let [real, imaginary] = [0, 0];
      for (const [index, sample] of samples.entries()) {
        const angle = (2 * Math.PI * frequencyHz * index) / sampleRateHz;
        real += sample * Math.cos(angle);
        imaginary += sample * Math.sin(angle);
      }
      const power = (real ** 2 + imaginary ** 2) / samples.length ** 2;
      if (power > best.power) best = { frequencyHz, power };
    }
    return { frequencyHz: best.frequencyHz, levelDb: 10 * Math.log10(best.power + 1e-20) };
  };

  const reports = async (): Promise<Report[]> => {
    const all: Report[] = [];
    const current = connections.at(-1);
    if (current) (await current.getStats()).forEach((report: Report) => all.push(report));
    return all;
  };

  const sentVideo = async (): Promise<Report[]> =>
    (await reports()).filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');

  const tileReport = (tile: HTMLElement, stats: Report[]): TileReport => {
    const video = tile.querySelector('video');
    const track = (video?.srcObject as MediaStream | null)?.getVideoTracks()[0];
    const inbound = stats.find(
      ({ type, trackIdentifier }) => type === 'inbound-rtp' && trackIdentifier === track?.id,
    );
    const codec = stats.find(({ id }) => id !== undefined && id === inbound?.['codecId']);
    const figure = (name: string): number => Number(inbound?.[name] ?? 0);
    return {
      source: tile.dataset['source'] ?? '',
      own: tile.classList.contains('own'),
      speaking: tile.classList.contains('speaking'),
      withPicture: !tile.classList.contains('without-picture'),
      forwarded: !(tile.querySelector('.note')?.textContent ?? '').includes('not forwarded'),
      microphoneMuted: tile.classList.contains('microphone-muted'),
      framesDecoded: figure('framesDecoded'),
      packetsLost: figure('packetsLost'),
      heightPx: figure('frameHeight'),
      codec: String(codec?.['mimeType'] ?? '').replace('video/', ''),
    };
  };

  const localCandidate = (stats: Report[]): Report | undefined => {
    const pairId = stats.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
    const pair =
      stats.find(({ id }) => id !== undefined && id === pairId) ??
      stats.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
    return stats.find(({ id }) => id !== undefined && id === pair?.['localCandidateId']);
  };

  window.probe = {
    report: async () => {
      const stats = await reports();
      return {
        tiles: [...document.querySelectorAll<HTMLElement>('.tile')].map((tile) =>
          tileReport(tile, stats),
        ),
        sounds: [...document.querySelectorAll('audio')].map(
          (audio) => audio.dataset['source'] ?? '',
        ),
        status: document.querySelector('.status')?.textContent ?? '',
        iceProtocol: String(localCandidate(stats)?.['protocol'] ?? ''),
        localPort: Number(localCandidate(stats)?.['port'] ?? 0),
        sentEncodings: stats.filter(
          ({ type, kind, framesEncoded }) =>
            type === 'outbound-rtp' && kind === 'video' && Number(framesEncoded ?? 0) > 0,
        ).length,
      };
    },
    tone: async (source) => {
      const audio = document.querySelector<HTMLAudioElement>(`audio[data-source="${source}"]`);
      const [track] = (audio?.srcObject as MediaStream | null)?.getAudioTracks() ?? [];
      return track ? strongest(await record(track)) : undefined;
    },
    sending: async () => {
      const before = await sentVideo();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const framesOf = (ssrc: unknown, list: Report[]): number =>
        Number(list.find((report) => report['ssrc'] === ssrc)?.['framesSent'] ?? 0);
      return (await sentVideo())
        .filter(({ ssrc, framesSent }) => Number(framesSent ?? 0) > framesOf(ssrc, before))
        .map((report) => ({
          ssrc: Number(report['ssrc']),
          heightPx: Number(report['frameHeight'] ?? 0),
          scalabilityMode: String(report['scalabilityMode'] ?? ''),
        }));
    },
    connections: () => connections.length,
    tell: (text) => {
      const message = { colibriClass: 'EndpointMessage', to: '', msgPayload: { text } };
      dataChannel?.send(JSON.stringify(message));
    },
    told: () => told,
    setVolume: (volume) => {
      const slider = document.querySelector<HTMLInputElement>('input[name=volume]');
      if (!slider) throw new Error('the page has no volume slider');
      slider.value = String(volume);
      slider.dispatchEvent(new Event('input'));
    },
  };
}
