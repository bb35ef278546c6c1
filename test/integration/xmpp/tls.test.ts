import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MucClientConfig } from '../../../src/io/xmpp/muc-client.ts';
import {
  bridgeLink,
  untilJoined,
  type BridgeLink,
  type BridgeLinkOptions,
} from '../../support/prosody/bridge-link.ts';
import { startProsody, type Prosody } from '../../support/prosody/prosody.ts';
import { startScriptedServer } from '../../support/prosody/scripted-server.ts';
import { until } from '../../support/until.ts';

type Mode = MucClientConfig['securityMode'];

let withTls: Prosody;
let requiringTls: Prosody;
let withoutTls: Prosody;
let plainOnly: Prosody;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const plain = 'authentication = "internal_plain"\nallow_unencrypted_plain_auth = true\n';
  withTls = await startProsody();
  requiringTls = await startProsody({ globalConfig: 'c2s_require_encryption = true' });
  withoutTls = await startProsody({ withoutTls: true });
  plainOnly = await startProsody({
    globalConfig: `${plain}disable_sasl_mechanisms = { "SCRAM-SHA-1" }`,
  });
});
afterAll(async () => {
  for (const server of [withTls, requiringTls, withoutTls, plainOnly]) await server.close();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(server: Parameters<typeof bridgeLink>[0], options: BridgeLinkOptions): BridgeLink {
  const made = bridgeLink(server, options);
  closing.push(() => made.link.stop());
  made.link.start();
  return made;
}

async function untilRefused({ link }: BridgeLink, reason: RegExp): Promise<void> {
  await until(() =>
    reason.test(link.status.lastError ?? '') ? undefined : (link.status.lastError ?? 'no error'),
  );
  expect(link.status.state.type).toBe('waiting');
}

/** Any authority but the server's own. */
function otherAuthority(): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const args = ['req', '-x509', ...key, '-subj', '/CN=other', '-keyout', '/dev/null', '-days', '1'];
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

describe('the certificate', () => {
  it('is refused when it is in no bundle, and the login never begins', async () => {
    const bridge = start(withTls, { ca: otherAuthority() });
    await untilRefused(bridge, /^certificate not trusted/);
    expect(withTls.log()).not.toContain("urn:ietf:params:xml:ns:xmpp-sasl' mechanism");
  });

  it('is refused by the default bundle of Node', async () => {
    const bridge = start({ ...withTls, certificate: undefined }, {});
    await untilRefused(bridge, /^certificate not trusted/);
  });

  it('is accepted when it is in the bundle', async () => {
    await untilJoined(start(withTls, { config: { securityMode: 'required' } }));
  });

  it('is accepted unseen when verification is disabled', async () => {
    const config = { disableCertificateVerification: true };
    await untilJoined(start(withTls, { ca: otherAuthority(), config }));
  });

  it('is refused when it carries another name than DOMAIN, though it is in the bundle', async () => {
    const server = await startProsody({
      extraConfig: 'VirtualHost "auth.second.test"',
    });
    closing.push(() => server.close());
    const config = { domain: 'auth.second.test' };
    await untilRefused(start(server, { config }), /issued for another name than DOMAIN/);
    const trusting = start(server, { config: { ...config, disableCertificateVerification: true } });
    await untilRefused(trusting, /^login refused/); // as far as the account that is not there
  });
});

describe('SECURITY_MODE', () => {
  it.each<[Mode, () => Prosody]>([
    ['required', () => withTls],
    ['required', () => requiringTls],
    ['ifpossible', () => withTls],
    ['ifpossible', () => requiringTls],
    ['ifpossible', () => withoutTls],
    ['disabled', () => withTls],
    ['disabled', () => withoutTls],
    ['disabled', () => plainOnly],
    [undefined, () => withoutTls], // ifpossible, since the host is 127.0.0.1
  ])('%s logs in', async (securityMode, server) => {
    await untilJoined(start(server(), { config: { securityMode } }));
  });

  it('decides whether TLS is used', async () => {
    await untilJoined(start(withTls, { config: { securityMode: 'ifpossible' } }));
    const encrypted = withTls.log().split('Stream encrypted').length;
    await untilJoined(
      start(withTls, { config: { securityMode: 'disabled', mucNickname: 'bridge-2' } }),
    );
    expect(encrypted).toBeGreaterThan(1);
    expect(withTls.log().split('Stream encrypted')).toHaveLength(encrypted);
  });

  it.each<[Mode, () => Prosody, RegExp]>([
    ['required', () => withoutTls, /offers no TLS, and SECURITY_MODE requires it/],
    ['disabled', () => requiringTls, /requires TLS, and SECURITY_MODE is disabled/],
  ])('%s refuses in words', async (securityMode, server, reason) => {
    await untilRefused(start(server(), { config: { securityMode } }), reason);
  });

  it('sends no password in the clear where TLS was merely missing', async () => {
    let heard = '';
    const server = await startScriptedServer(
      [
        '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms>',
      ],
      (input) => (heard += input),
    );
    closing.push(() => server.close());
    const config = { port: server.port, securityMode: 'ifpossible' as const };
    await untilRefused(start(withTls, { config }), /no SASL mechanism we may use/);
    expect(heard).not.toContain('<auth');
  });
});

describe('a handshake that goes wrong', () => {
  it.each([
    [
      'is answered with failure',
      '<failure xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>',
      /failed to start TLS/,
    ],
    [
      'is answered with garbage',
      '<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>',
      /SSL|TLS|EPROTO/i,
    ],
  ])('%s', async (_name, answer, reason) => {
    const server = await startScriptedServer(
      ['<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>'],
      (input, say) =>
        say(input.includes('<starttls') ? answer : 'this is no TLS record, not at all'),
    );
    closing.push(() => server.close());
    const bridge = start(withTls, { config: { port: server.port } });
    await untilRefused(bridge, reason);
    await until(() => (server.connections >= 2 ? undefined : 'not tried again'));
  });
});
