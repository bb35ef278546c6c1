import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { startTestFocus, type TestFocus } from '../../support/prosody/test-focus.ts';
import { until } from '../../support/until.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';

const focusSecret = 'focus-secret';

describe('trestle-load through XMPP', () => {
  let bridge: BridgeProcess;
  let prosody: Prosody;
  let focus: TestFocus;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
    prosody = await startProsody({
      components: { 'focus.meet.test': focusSecret },
      extraConfig: [
        'VirtualHost "meet.test"',
        '    authentication = "anonymous"',
        'Component "conference.meet.test" "muc"',
        '    muc_room_locking = false',
        '    muc_room_default_public_jids = true',
        'Component "closed.meet.test" "muc"',
        '    restrict_room_creation = "admin"',
        'VirtualHost "accounts.test"',
        '    authentication = "internal_hashed"',
      ].join('\n'),
    });
    const server = { port: prosody.componentPort, domain: 'focus.meet.test', secret: focusSecret };
    focus = await startTestFocus(server, bridge.restUrl);
  });
  afterAll(async () => {
    await focus.close();
    await prosody.close();
    await bridge.stop();
  });

  it('joins a room as Jitsi participants do and accounts for every packet', async () => {
    const xmpp = ['--xmpp', `xmpp://127.0.0.1:${prosody.c2sPort}`, '--domain', 'meet.test'];
    const size = ['--sizes', '3', '--step-seconds', '4'];
    const { report } = await runTrestleLoad(['step', ...xmpp, ...size]);
    expect(report.steps[0]?.joins.failures).toEqual([]);
    expect(report.conservation.notes).toEqual([]);
    expect(report.conservation.rows[0]).toMatchObject({ kind: 'audio', missing: 0, withheld: 0 });
    expect(report.conservation.rows[0]!.delivered).toBeGreaterThan(100);
    expect(report.conservation.rows[1]!.delivered).toBeGreaterThan(500);
    expect(focus.actions.filter((action) => action === 'session-accept')).toHaveLength(3);
    expect(focus.actions.filter((action) => action === 'source-add')).toHaveLength(3);
    // Without these Jicofo would offer less.
    expect(focus.features.size).toBe(3);
    for (const features of focus.features.values()) {
      expect(features).toEqual(
        expect.arrayContaining([
          'urn:xmpp:jingle:apps:rtp:audio',
          'urn:xmpp:jingle:apps:rtp:video',
          'urn:xmpp:jingle:apps:dtls:0',
          'urn:ietf:rfc:4588',
          'http://jitsi.org/source-name',
          'http://jitsi.org/ssrc-rewriting-1',
        ]),
      );
    }
  });

  it('takes a second invitation, and accounts for every packet before and after', async () => {
    const before = focus.actions.length;
    const accepted = () =>
      focus.actions.slice(before).filter((action) => action === 'source-add').length;
    const xmpp = ['--xmpp', `xmpp://127.0.0.1:${prosody.c2sPort}`, '--domain', 'meet.test'];
    const size = ['--sizes', '3', '--step-seconds', '10'];
    const { report } = await runTrestleLoad(['step', ...xmpp, ...size], async () => {
      await until(() => (accepted() < 3 ? 'not everybody is in' : undefined), 30_000);
      await focus.moveSomebody();
      await until(() => (accepted() < 4 ? 'nobody came again' : undefined));
    });
    expect(report.conservation.notes).toEqual([]);
    expect(report.steps[0]).toMatchObject({ joins: { failed: 0 }, deaf: 0, blind: 0 });
  });

  it('says that the connection was lost', async () => {
    // A server that goes away as soon as somebody asks for a conference.
    const proxy = createServer((client) => {
      const server = connect(prosody.c2sPort, '127.0.0.1');
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.on('data', (data) => {
        if (data.includes('<conference')) client.destroy();
        else server.write(data);
      });
      client.on('close', () => server.destroy());
      server.pipe(client);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const xmpp = ['--xmpp', `xmpp://127.0.0.1:${port}`, '--domain', 'meet.test'];
    const load = ['--sizes', '2', '--step-seconds', '1', '--settle', '0'];
    const { report } = await runTrestleLoad(['step', ...xmpp, ...load]);
    proxy.close();
    expect(report.verdict.result).toBe('FAIL');
    expect(report.steps[0]?.joins.failures).toEqual([
      `the connection to xmpp://127.0.0.1:${port} was lost`,
    ]);
  });

  it.each([
    ['which server is not there', { service: 'xmpp://127.0.0.1:9' }, 'xmpp://127.0.0.1:9'],
    ['that over a WebSocket too', { service: 'ws://127.0.0.1:9/xmpp-websocket' }, 'ECONNREFUSED'],
    ['which domain is not served', { domain: 'elsewhere.test' }, 'host-unknown'],
    ['that there is no anonymous login', { domain: 'accounts.test' }, 'invalid-mechanism'],
    ['that there is no focus', { focus: 'none.meet.test' }, 'refused <conference>: not-allowed'],
    ['that the room is refused', { muc: 'closed.meet.test' }, 'does not let participants in: '],
  ])('says %s', async (_, change, reason) => {
    const given = {
      service: `xmpp://127.0.0.1:${prosody.c2sPort}`,
      domain: 'meet.test',
      muc: 'conference.meet.test',
      focus: 'focus.meet.test',
      ...change,
    };
    const where = ['--domain', given.domain, '--muc', given.muc, '--focus', given.focus];
    const load = ['--sizes', '1', '--step-seconds', '1', '--settle', '0'];
    const { report } = await runTrestleLoad(['step', '--xmpp', given.service, ...where, ...load]);
    expect(report.verdict.result).toBe('FAIL');
    expect(report.steps[0]?.joins.failures.join()).toContain(reason);
  });
});
