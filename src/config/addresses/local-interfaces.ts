import { networkInterfaces } from 'node:os';

/** A network interface that is up, with its addresses as literals. */
export type LocalInterface = { readonly name: string; readonly addresses: readonly string[] };

/** The interfaces of this machine. */
export function localInterfaces(): LocalInterface[] {
  return Object.entries(networkInterfaces()).map(([name, addresses]) => ({
    name,
    addresses: (addresses ?? []).map(({ address }) => address),
  }));
}
