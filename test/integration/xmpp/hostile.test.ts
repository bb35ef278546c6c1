import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IqRoute } from '../../../src/io/xmpp/iq-router.ts';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import {
  bridgeLink,
  untilJoined,
  type BridgeLink,
  type BridgeLinkOptions,
} from '../../support/prosody/bridge-link.ts';
import { child, joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { startProsody, type Prosody } from '../../support/prosody/prosody.ts';
import { startScriptedServer, type ScriptedServer } from '../../support/prosody/scripted-server.ts';
import { until } from '../../support/until.ts';

const echo: IqRoute = {
  name: 'echo',
  namespace: 'urn:test',
  types: ['get'],
  access: 'focus',
  handler: (payload) => Promise.resolve({ type: 'result', payload }),
};

let prosody: Prosody;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  // As lenient as a server can be made, so that the bridge has to look after itself.
  prosody = await startProsody({ globalConfig: 'c2s_stanza_size_limit = 16 * 1024 * 1024' });
});
afterAll(() => prosody.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(options: BridgeLinkOptions): BridgeLink {
  const made = bridgeLink(prosody, options);
  closing.push(() => made.link.stop());
  made.link.start();
  return made;
}

async function call(): Promise<{ bridge: BridgeLink; jicofo: Occupant; to: string }> {
  const jicofo = await joinAsOccupant(prosody);
  closing.push(() => jicofo.leave());
  const bridge = start({ routes: [echo] });
  await untilJoined(bridge);
  return { bridge, jicofo, to: `${prosody.brewery}/bridge-1` };
}

function condition(reply: LibraryElement): string | undefined {
  const [first] = child(reply, 'error')?.children ?? [];
  return typeof first === 'object' ? first.name : undefined;
}

function nested(levels: number): LibraryElement {
  let element = xml('a', {});
  for (let i = 1; i < levels; i += 1) element = xml('a', {}, element);
  return xml('echo', { xmlns: 'urn:test' }, element);
}

describe('an occupant of the room', () => {
  it('gets an answer to a request as large as a large conference', async () => {
    const { jicofo, to } = await call();
    const items = Array.from({ length: 5000 }, (_, id) =>
      xml('source', { id: String(id) }, 'é'.repeat(40)),
    );
    const reply = await jicofo.request(to, xml('echo', { xmlns: 'urn:test' }, ...items));
    expect(child(reply, 'echo')?.children).toHaveLength(5000);
  });

  it('is refused what is too large, and the stream survives', async () => {
    const { bridge, jicofo, to } = await call();
    const huge = xml(
      'echo',
      { xmlns: 'urn:test' },
      'x'.repeat(1_000_000),
      xml('y', {}, 'x'.repeat(1_500_000)),
    );
    expect(condition(await jicofo.request(to, huge))).toBe('policy-violation');
    const ping = await jicofo.request(to, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect(ping.attrs['type']).toBe('result');
    expect(bridge.link.status.disconnects).toBe(0);
  });

  it('is refused what is nested too deeply, and the stream survives', async () => {
    const { bridge, jicofo, to } = await call();
    expect(condition(await jicofo.request(to, nested(500)))).toBe('policy-violation');
    expect((await jicofo.request(to, nested(20))).attrs['type']).toBe('result');
    expect(bridge.link.status.disconnects).toBe(0);
  });

  it('may say things that are no requests without any effect', async () => {
    const { bridge, jicofo, to } = await call();
    await jicofo.send(xml('message', { to }, xml('body', {}, 'hello')));
    await jicofo.send(xml('iq', { to, type: 'result', id: 'never-asked' }));
    await jicofo.send(xml('iq', { to, type: 'error', id: 'never-asked' }));
    await jicofo.send(xml('presence', { to, type: 'error' }));
    const ping = await jicofo.request(to, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect(ping.attrs['type']).toBe('result');
    expect(bridge.link.status.disconnects).toBe(0);
  });
});

const login =
  '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism></mechanisms>';

/** Lets anybody in, then says `words` as soon as the bridge tries to join. */
async function madServer(
  words: readonly string[],
  polite = true,
): Promise<{ server: ScriptedServer; heard: string[] }> {
  const heard: string[] = [];
  let loggedIn = false;
  const server = await startScriptedServer(
    [login, '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'],
    (input, say) => {
      heard.push(input);
      if (polite && input.includes('</stream:stream>')) say('</stream:stream>');
      if (input.includes('<auth')) say('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>');
      const bind = /<iq[^>]*id="([^"]+)"[^>]*><bind/.exec(input);
      if (bind) {
        say(
          `<iq type="result" id="${bind[1] ?? ''}"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">` +
            '<jid>jvb@auth.meet.test/r</jid></bind></iq>',
        );
      }
      if (input.includes('<presence') && !loggedIn) {
        loggedIn = true;
        for (const word of words) say(word);
      }
    },
  );
  closing.push(() => server.close());
  return { server, heard };
}

describe('a server that has gone mad', () => {
  it('is asked whether it is there, and left when it does not answer', async () => {
    const { server, heard } = await madServer([]);
    const bridge = start({
      config: { port: server.port, securityMode: 'disabled' },
      presenceIntervalMs: 3_600_000,
      ping: { idleMs: 100, timeoutMs: 200 },
    });
    await until(() => (bridge.link.status.disconnects > 0 ? undefined : 'still believed in'));
    expect(bridge.link.status.lastError).toBe('the server answers no ping');
    expect(heard.filter((input) => input.includes('urn:xmpp:ping'))).toHaveLength(1);
    expect(heard.join('')).toContain('to="auth.meet.test"');
  });

  it('cannot keep the bridge from stopping by not saying good-bye', async () => {
    const { server } = await madServer([], false);
    const bridge = start({ config: { port: server.port, securityMode: 'disabled' } });
    await until(() => (bridge.link.status.state.type === 'online' ? undefined : 'not online'));
    const stopped = bridge.link.stop().then(() => 'stopped');
    const late = new Promise((resolve) => setTimeout(resolve, 8000, 'late'));
    expect(await Promise.race([stopped, late])).toBe('stopped');
  });

  it.each([
    ['a tag that is closed by another', '<iq><a></b></iq>'],
    ['an entity that is not there', '<iq type="get" id="1">&nbsp;</iq>'],
    ['a character XML has not', '<iq type="get" id="1">&#0;</iq>'],
    [
      'a stream error',
      '<stream:error><internal-server-error xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>',
    ],
    ['an empty stream error', '<stream:error/>'],
    [
      'another host to go to',
      '<stream:error><see-other-host xmlns="urn:ietf:params:xml:ns:xmpp-streams">evil.test</see-other-host></stream:error>',
    ],
    ['the end of the stream', '</stream:stream>'],
    ['a tag without an end', `<iq id="${'x'.repeat(2_500_000)}`],
  ])('with %s is left and tried again', async (_name, words) => {
    const { server } = await madServer([words]);
    const bridge = start({ config: { port: server.port, securityMode: 'disabled' } });
    await until(() => (server.connections >= 2 ? undefined : JSON.stringify(bridge.link.status)));
  });

  it.each([
    [
      'a sender that is no address',
      '<iq type="get" id="1" from="@/"><ping xmlns="urn:xmpp:ping"/></iq>',
    ],
    ['no sender', '<iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'],
    ['a presence of nobody', '<presence from="@@@"/><presence/>'],
    ['a request without content', '<iq type="get" id="1"/>'],
    ['a request of no type', '<iq id="1"><a xmlns="b"/></iq>'],
    [
      'acknowledgements of what was never sent',
      '<a xmlns="urn:xmpp:sm:3" h="4000000000"/><r xmlns="urn:xmpp:sm:3"/>',
    ],
    [
      'features again',
      '<stream:features><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></stream:features>',
    ],
    [
      'a login again',
      '<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/><proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>',
    ],
  ])('with %s is endured', async (_name, words) => {
    const question = '<iq type="get" id="last" from="a@b/c"><ping xmlns="urn:xmpp:ping"/></iq>';
    const { server, heard } = await madServer([words, question]);
    start({ config: { port: server.port, securityMode: 'disabled' } });
    await until(() =>
      heard.some((input) => input.includes('id="last"') && input.includes('type="result"'))
        ? undefined
        : 'ping not answered',
    );
    expect(server.connections).toBe(1);
  });
});
