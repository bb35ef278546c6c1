import { atTheEnd } from '../at-the-end.ts';
import { BareWorker } from './bare-worker.ts';
import { PlainPeer, type PlainPeerOptions } from './plain-peer.ts';

export type BarePair = {
  readonly bare: BareWorker;
  readonly sender: PlainPeer;
  readonly receiver: PlainPeer;
};

/** A worker with somebody to send and somebody to receive, until the end of the test. */
export async function openBarePair(options: PlainPeerOptions = {}): Promise<BarePair> {
  const bare = await BareWorker.start();
  atTheEnd(() => bare.close());
  const sender = await PlainPeer.open(bare.router, options);
  atTheEnd(() => sender.close());
  const receiver = await PlainPeer.open(bare.router, options);
  atTheEnd(() => receiver.close());
  return { bare, sender, receiver };
}
