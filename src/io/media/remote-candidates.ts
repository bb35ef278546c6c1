import type { TransportPath } from '../../conference/ports.ts';
import type { Candidate } from '../../model/transport.ts';

/** A client has a handful; what one can make us remember is bounded. */
const MAX_REMEMBERED = 100;

/** What a client signalled of its addresses. The bridge needs none of them to connect; they tell a TURN server from a host. */
export class RemoteCandidates {
  readonly #types = new Map<string, TransportPath['remoteType']>();

  add(candidates: readonly Candidate[]): void {
    for (const { ip, port, type } of candidates) {
      if (this.#types.size >= MAX_REMEMBERED) return;
      this.#types.set(keyOf({ ip, port }), type);
    }
  }

  /** Peer reflexive = none that was signalled. */
  typeOf(address: TransportPath['remote']): TransportPath['remoteType'] {
    return this.#types.get(keyOf(address)) ?? 'prflx';
  }
}

function keyOf({ ip, port }: TransportPath['remote']): string {
  return `${ip} ${port}`;
}
