// A participant whose computer loses its address and gets another in the middle of a call, as between two networks. The address is
// that of a network namespace, so this needs root; the signalling connection does not change (a page that loses it joins anew).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../support/at-the-end.ts';
import { until } from '../support/until.ts';
import { launchChromiumBy, Participant } from './support/chromium.ts';
import { pageUrl } from './support/demo-call.ts';
import { DemoProcess } from './support/demo-process.ts';
import { allTalk, hearsEverybody, idOf, seesEverybody } from './support/expectations.ts';
import { NetworkNamespace, whyNoNamespaces } from './support/network-namespace.ts';

const relay = fileURLToPath(new URL('support/stream-relay.mjs', import.meta.url));
const forbidden = whyNoNamespaces();

async function namespaces() {
  const server = await NetworkNamespace.open();
  atTheEnd(() => server.close());
  const client = await NetworkNamespace.open();
  atTheEnd(() => client.close());
  server.connectTo(client);
  server.ip('address add 10.77.0.1/24 dev v0');
  client.ip('address add 10.77.0.2/24 dev v1');
  return { server, client };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'trestle-network-'));
  atTheEnd(() => rmSync(path, { recursive: true }));
  return path;
}

async function chromiumIn({ enter }: NetworkNamespace): Promise<Browser> {
  const command = join(folder(), 'chromium');
  writeFileSync(command, `#!/bin/sh\nexec ${enter.join(' ')} /usr/bin/chromium "$@"\n`, {
    mode: 0o755,
  });
  const browser = await launchChromiumBy(command);
  atTheEnd(() => browser.close());
  return browser;
}

// Chromium binds a socket to each address if the page may use a microphone, as in real calls; then only another one helps, and
// the page restarts ICE. Otherwise it has one socket for all addresses, and what comes from it comes from another place.
describe.skipIf(forbidden !== undefined)(
  `a call${forbidden === undefined ? '' : ` (${forbidden})`}`,
  () => {
    it.each([
      ['a socket for each', true],
      ['one socket for all', false],
    ])('goes on for somebody who gets another address, with %s', async (_sockets, bound) => {
      const { server, client } = await namespaces();
      const demo = await DemoProcess.startWithin(server.enter);
      atTheEnd(async () => {
        await demo.interrupt();
      });
      const url = await demo.url();
      const socket = join(folder(), 'signal');
      await server.start('node', relay, socket, url.port);
      await client.start('node', relay, url.port, socket);

      const page = (name: string, tone: number) =>
        pageUrl({ url }, 'r', { name, tone, volume: 0.02 });
      const ada = await Participant.join(await chromiumIn(client), 'Ada', page('Ada', 400));
      if (bound) {
        await ada.page.context().grantPermissions(['camera', 'microphone']);
        await ada.page.reload();
      }
      const grace = await Participant.join(await chromiumIn(server), 'Grace', page('Grace', 600));
      const both = [
        { viewer: ada, toneHz: 400 },
        { viewer: grace, toneHz: 600 },
      ];
      const seeAndHear = async () => {
        for (const { viewer } of both) {
          await seesEverybody(viewer, [viewer === ada ? grace : ada]);
          await hearsEverybody(viewer, both);
        }
      };
      await seeAndHear();
      await allTalk([ada, grace], ['before']);
      const before = { ada: await idOf(ada), grace: await idOf(grace), ...(await ada.report()) };

      client.ip('address del 10.77.0.2/24 dev v1');
      client.ip('address add 10.77.0.3/24 dev v1');
      await until(async () => {
        const { localPort, status } = await ada.report();
        const other = localPort > 0 && localPort !== before.localPort;
        return other === bound
          ? undefined
          : `media leaves from port ${localPort}, the page says ${status}`;
      }, 60_000);
      await seeAndHear();
      await allTalk([ada, grace], ['before', 'after']);
      // The same call, the same endpoints: a new invitation would have made another connection.
      expect({ ada: await idOf(ada), grace: await idOf(grace) }).toEqual({
        ada: before.ada,
        grace: before.grace,
      });
      for (const { viewer } of both) expect(await viewer.connections()).toBe(1);
      expect([...ada.errors, ...grace.errors]).toEqual([]);
    });
  },
);
