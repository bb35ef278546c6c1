import type { EndpointMedia, MediaPlane } from '../../src/conference/ports.ts';
import type { DtlsSetup, LocalTransport } from '../../src/model/transport.ts';

/** A media plane without media: transports with one candidate whose ICE never gets anywhere, as in the recordings. */
export const bareMediaPlane: MediaPlane = {
  openConference: () =>
    Promise.resolve({
      addEndpoint: () => Promise.resolve(endpointMedia()),
      spread: () => ({ workers: [0], pipedSources: 0 }),
      close: () => undefined,
    }),
  figures: () => {
    throw new Error('no figures here');
  },
};

function endpointMedia(): EndpointMedia {
  let setup: DtlsSetup = 'actpass';
  return {
    localTransport: () => transport(setup),
    setRemoteTransport: ({ fingerprints }) => {
      if (fingerprints[0]?.setup === 'active') setup = 'passive';
      return Promise.resolve();
    },
    // ICE was never established: the transport stays as it is (colibri2.md §3.10).
    restartIce: () => Promise.resolve(transport(setup)),
    setOffer: () => undefined,
    setReception: () => undefined,
    setPlan: () => undefined,
    link: () => ({
      path: undefined,
      worker: 0,
      bitsPerSecondIn: 0,
      bitsPerSecondOut: 0,
      lossIn: undefined,
      lossOut: undefined,
      rttMs: undefined,
    }),
    close: () => undefined,
  };
}

function transport(setup: DtlsSetup): LocalTransport {
  return {
    ufrag: 'abcd1234',
    pwd: 'abcdefghijklmnopqrstuv',
    candidates: [
      {
        foundation: '1',
        component: 1,
        protocol: 'udp',
        priority: 2_130_706_431,
        ip: '192.0.2.1',
        port: 10_000,
        type: 'host',
      },
    ],
    fingerprints: [{ hash: 'sha-256', value: Array(32).fill('AB').join(':'), setup }],
  };
}
