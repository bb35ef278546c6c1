import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ArgumentError } from '../arguments.ts';
import { isLoopbackHost, notOurs } from '../bridge/loopback.ts';
import type { ControlPath, Invitation } from './control-path.ts';

/**
 * A control path whose clients may send to this machine only: signalling that ends here, for instance in a tunnel, may invite them
 * to a bridge elsewhere.
 */
export function toOwnMachineOnly(path: ControlPath): ControlPath {
  return {
    invite: (client, onAgain) =>
      toOwnMachine(path.invite(client, (again) => onAgain(toOwnMachine(again)))),
    forget: () => path.forget(),
    close: () => path.close(),
  };
}

async function toOwnMachine(invited: Promise<Invitation>): Promise<Invitation> {
  const invitation = await invited;
  for (const host of await hostsOf(invitation)) {
    if (!isOwnAddress(host)) throw new ArgumentError(notOurs(host));
  }
  return invitation;
}

/** Addresses the clients of an invitation would send to. */
async function hostsOf({ transport, webSocketUrl }: Invitation): Promise<readonly string[]> {
  const candidates = transport.candidates.map(({ ip }) => ip);
  if (webSocketUrl === undefined) return candidates;
  const { hostname } = new URL(webSocketUrl);
  const bare = hostname.replace(/^\[|\]$/g, '');
  // A name that nobody knows leads nowhere; it is refused under that name.
  const known = await lookup(bare, { all: true }).catch(() => [{ address: bare }]);
  return [...candidates, ...known.map(({ address }) => address)];
}

function isOwnAddress(host: string): boolean {
  const short = shortened(host);
  if (isLoopbackHost(short)) return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ address }) => address === short);
}

/** As Node writes an address: Java writes IPv6 with all its zeros, and the interface behind it. */
function shortened(host: string): string {
  const [address = host] = host.split('%');
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : host;
}
