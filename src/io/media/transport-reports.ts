import type { types } from 'mediasoup';
import type { ByteCounts, LinkQuality } from './traffic.ts';

/** What a worker knows of one transport. Bytes count from its start. */
export type TransportReport = ByteCounts & LinkQuality & { readonly transportId: string };

type Row = readonly [
  transportId: string,
  bytesIn: number,
  bytesOut: number,
  lossIn: number | null,
  lossOut: number | null,
  rttMs: number | null,
];

/** An RTCP APP packet (RFC 3550 §6.7) named TRRP without data. */
const request = Buffer.from([0x80, 204, 0, 2, 0, 0, 0, 0, ...Buffer.from('TRRP')]);

/**
 * Asks a worker for one report on all transports of endpoints (patch transport-report). Question and answer travel as RTCP
 * of a direct transport, the one thing in mediasoup's interface that takes bytes as they are.
 */
export class TransportReports {
  readonly #direct: types.DirectTransport;

  private constructor(direct: types.DirectTransport) {
    this.#direct = direct;
  }

  static async open(worker: types.Worker): Promise<TransportReports> {
    const router = await worker.createRouter({ mediaCodecs: [] });
    return new TransportReports(await router.createDirectTransport());
  }

  onReports(listener: (reports: readonly TransportReport[]) => void): void {
    this.#direct.on('rtcp', (answer) => {
      listener((JSON.parse(answer.toString('latin1')) as readonly Row[]).map(reportOf));
    });
  }

  request(): void {
    this.#direct.sendRtcp(request);
  }
}

function reportOf([transportId, bytesIn, bytesOut, lossIn, lossOut, rttMs]: Row): TransportReport {
  return {
    transportId,
    bytesIn,
    bytesOut,
    lossIn: lossIn ?? undefined,
    lossOut: lossOut ?? undefined,
    rttMs: rttMs ?? undefined,
  };
}
