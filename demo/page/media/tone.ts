/** Notes that sound well together: two octaves of a pentatonic scale, Hz. */
const notesHz = [262, 294, 330, 392, 440, 523, 587, 659, 784, 880];

/** A note for everybody, by chance. */
export function anyNote(): number {
  return notesHz[Math.floor(Math.random() * notesHz.length)] ?? 440;
}

/** A sine tone as an audio track, for those without a microphone. */
export class Tone {
  readonly track: MediaStreamTrack;
  readonly frequencyHz: number;
  readonly #context = new AudioContext({ sampleRate: 48_000 });
  readonly #gain = this.#context.createGain();

  constructor(frequencyHz: number, volume: number) {
    this.frequencyHz = frequencyHz;
    const oscillator = this.#context.createOscillator();
    const destination = this.#context.createMediaStreamDestination();
    oscillator.frequency.value = frequencyHz;
    oscillator.connect(this.#gain).connect(destination);
    oscillator.start();
    const [track] = destination.stream.getAudioTracks();
    if (!track) throw new Error('this browser makes no audio track of a tone');
    this.track = track;
    this.volume = volume;
    void this.#context.resume();
  }

  /** 0 = silence to 1 = full scale. */
  get volume(): number {
    return this.#gain.gain.value;
  }

  set volume(volume: number) {
    this.#gain.gain.value = volume;
  }

  stop(): void {
    this.track.stop();
    void this.#context.close();
  }
}
