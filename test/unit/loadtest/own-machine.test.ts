import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ClientSpec } from '../../../loadtest/client/client-spec.ts';
import type { ControlPath } from '../../../loadtest/control/control-path.ts';
import { toOwnMachineOnly } from '../../../loadtest/control/own-machine.ts';

/** Signalling that invites everybody to media at `ip` and a channel at `webSocketUrl`. */
function invitingTo(ip: string, webSocketUrl?: string): ControlPath {
  const candidate = { foundation: '1', component: 1, protocol: 'udp', priority: 1 } as const;
  return {
    invite: () =>
      Promise.resolve({
        transport: {
          ufrag: 'u',
          pwd: 'p',
          candidates: [{ ...candidate, ip, port: 10_000, type: 'host' }],
          fingerprints: [],
        },
        webSocketUrl,
        media: [],
        accept: () => Promise.resolve(),
        leave: () => Promise.resolve(),
      }),
    forget: () => undefined,
    close: () => Promise.resolve(),
  };
}

const client = {} as ClientSpec;
const again = () => undefined;

describe('a control path to this machine only', () => {
  const [own = '127.0.0.1'] = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);

  // A JVB writes IPv6 with all its zeros.
  const addresses = ['127.0.0.1', '127.3.2.1', '::1', '0:0:0:0:0:0:0:1', own];
  it.each(addresses)('takes an invitation to %s', async (ip) => {
    const path = toOwnMachineOnly(invitingTo(ip, 'ws://127.0.0.1:9090/colibri-ws/a'));
    await expect(path.invite(client, again)).resolves.toBeDefined();
  });

  it.each([
    ['192.0.2.1', undefined],
    ['127.0.0.1', 'wss://192.0.2.1/colibri-ws/a'],
    ['127.0.0.1', 'wss://bridge.invalid/colibri-ws/a'],
  ])('refuses media at %s with a channel at %s', async (ip, webSocketUrl) => {
    const invited = toOwnMachineOnly(invitingTo(ip, webSocketUrl)).invite(client, again);
    await expect(invited).rejects.toThrow('--i-own-this-host');
  });
});
