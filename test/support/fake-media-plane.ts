import type {
  ConferenceMediaOptions,
  EndpointMedia,
  EndpointMediaOptions,
  ForwardingPlan,
  LinkFigures,
  MediaEvent,
  MediaPlane,
  Reception,
} from '../../src/conference/ports.ts';
import type { MediaDescription } from '../../src/model/media-description.ts';
import type { LocalTransport, RemoteTransport } from '../../src/model/transport.ts';

const transport: LocalTransport = { ufrag: 'u', pwd: 'p', candidates: [], fingerprints: [] };

/** One endpoint's media side as it was told to be. */
export class FakeEndpointMedia implements EndpointMedia {
  readonly options: EndpointMediaOptions;
  closed = false;
  remote: RemoteTransport | undefined;
  offer: readonly MediaDescription[] | undefined;
  reception: Reception | undefined;
  plan: ForwardingPlan = { streams: [], idealBps: 0 };
  failWith: Error | undefined;
  restarted: LocalTransport | undefined = { ...transport, iceGeneration: 1 };

  constructor(options: EndpointMediaOptions) {
    this.options = options;
  }

  localTransport = () => transport;
  setOffer = (offer: FakeEndpointMedia['offer']) => void (this.offer = offer);
  setReception = (reception: Reception) => void (this.reception = reception);
  setPlan = (plan: ForwardingPlan) => void (this.plan = plan);
  restartIce = async () => this.restarted;
  figures: LinkFigures = {
    path: undefined,
    worker: 0,
    bitsPerSecondIn: 0,
    bitsPerSecondOut: 0,
    lossIn: undefined,
    lossOut: undefined,
    rttMs: undefined,
  };
  link = () => this.figures;
  close = () => void (this.closed = true);
  setRemoteTransport = async (remote: RemoteTransport) => {
    if (this.failWith) throw this.failWith;
    this.remote = remote;
  };
}

/** Remembers what it is told and reports what a test says. */
export class FakeMediaPlane implements MediaPlane {
  readonly conferences: { readonly options: ConferenceMediaOptions; closed: boolean }[] = [];
  readonly endpoints = new Map<string, FakeEndpointMedia>();
  failWith: Error | undefined;
  prepareEndpoint: (media: FakeEndpointMedia) => void = () => undefined;
  #gate: Promise<void> = Promise.resolve();

  async openConference(options: ConferenceMediaOptions) {
    await this.#pass();
    const conference = { options, closed: false };
    this.conferences.push(conference);
    const addEndpoint = async (of: EndpointMediaOptions) => {
      await this.#pass();
      const media = new FakeEndpointMedia(of);
      this.endpoints.set(of.endpointId, media);
      this.prepareEndpoint(media);
      return media;
    };
    return {
      addEndpoint,
      spread: () => ({ workers: [0], pipedSources: 0 }),
      close: () => void (conference.closed = true),
    };
  }

  report(event: MediaEvent): void {
    this.conferences.at(-1)?.options.onEvent(event);
  }

  /** Calls wait from now on until the function returned is called. */
  hold(): () => void {
    let open = (): void => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    return () => open();
  }

  figures(): never {
    throw new Error('no figures here');
  }

  async #pass(): Promise<void> {
    await this.#gate;
    if (this.failWith) throw this.failWith;
  }
}
