import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { formatWarning } from '../../../src/config/findings.ts';
import { failure, load, loaded, told } from './load-text.ts';

const login = (id: string, more = ''): string =>
  `${id} { HOSTNAME = h, USERNAME = u, PASSWORD = "hunter2", MUC_JIDS = "a@m, b@m", MUC_NICKNAME = n\n${more} }`;
const configs = (...logins: string[]): string =>
  `videobridge.apis.xmpp-client.configs { ${logins.join('\n')} }`;
const properties = '/etc/b/sip-communicator.properties';
const user = (id: string, ...names: string[]): string =>
  names.map((name) => `org.jitsi.videobridge.xmpp.user.${id}.${name}=${name}@p`).join('\n');
const complete = ['HOSTNAME', 'USERNAME', 'PASSWORD', 'MUC_JIDS', 'MUC_NICKNAME'];

describe('XMPP', () => {
  test('names are case-insensitive, room lists are trimmed, defaults as documented', () => {
    const conf = configs(
      'a { hostname = "::1", Username = u, password = 007, muc_jids = "x@y , z@y,", muc_nickname = n, port = "5333" }',
      login('b', 'SECURITY_MODE = Disabled, IQ_HANDLER_MODE = async, DOMAIN = d'),
    );
    const { clients } = loaded(conf).config.xmpp;
    expect(clients).toMatchObject([
      {
        id: 'a',
        domain: '::1',
        port: 5333,
        mucJids: ['x@y', 'z@y'],
        securityMode: 'ifpossible',
        iqHandlerMode: 'sync',
      },
      {
        id: 'b',
        domain: 'd',
        port: 5222,
        mucJids: ['a@m', 'b@m'],
        securityMode: 'disabled',
        iqHandlerMode: 'async',
      },
    ]);
    expect(clients[0]?.password.reveal()).toBe('007');
  });

  test('entries that cannot be used are left out, each with a warning', () => {
    const { config, warnings } = loaded(
      configs(login('a', 'SECURITY_MODE = maybe'), 'b { HOSTNAME = h }', 'c = 5', login('d')),
    );
    expect(config.xmpp.clients.map(({ id }) => id)).toEqual(['d']);
    expect(told(warnings)).toEqual(
      ['a', 'b', 'c'].map((id) => `warn incomplete videobridge.apis.xmpp-client.configs.${id}`),
    );
  });

  test('one complete login among the properties hides jvb.conf, an incomplete one does not', () => {
    const ids = (text: string): string[] =>
      loaded(configs(login('x')), { [properties]: text }).config.xmpp.clients.map(({ id }) => id);
    expect([ids(user('p', ...complete)), ids(user('p', 'HOSTNAME'))]).toEqual([['p'], ['x']]);
  });

  test('a wrong value in a login is fatal and does not show the password', () => {
    const message = failure(configs(login('a', 'PORT = x')));
    expect(message).toMatch(
      /^\/etc\/b\/jvb\.conf:2:\d+: videobridge\.apis\.xmpp-client\.configs\.a\.PORT: expected a port/,
    );
    expect(message).not.toContain('hunter2');
  });

  const component = ['--secret=hunter2', '--domain=d'];

  test('a component needs a secret, a domain, the interface xmpp and no complete login', () => {
    const jid = (conf: string, ...argv: string[]) =>
      loaded(conf, {}, argv).config.xmpp.component?.jid;
    expect([
      jid('', ...component),
      jid('', ...component, '--subdomain=v', '--apis=rest,xmpp'),
      jid('', ...component, '--apis=,'),
      jid('', ...component, '--apis='),
      jid('', '--secret=hunter2'),
      jid(configs(login('a')), ...component),
    ]).toEqual(['jitsi-videobridge.d', 'v.d', undefined, undefined, undefined, undefined]);
  });

  test('its flags switch REST on, unless the property says no', () => {
    const rest = (text: string): boolean =>
      loaded('', { [properties]: text }, [...component, '--apis=rest,xmpp']).config.rest.colibri;
    expect([rest(''), rest('org.jitsi.videobridge.ENABLE_REST_COLIBRI=false')]).toEqual([
      true,
      false,
    ]);
  });

  test('who may drive it is a pattern for whole JIDs; without one there is a warning', () => {
    const pattern = 'org.jitsi.videobridge.AUTHORIZED_SOURCE_REGEXP';
    const files = { [properties]: `${pattern}=focus@auth\\\\.d/.*|x` };
    const { authorizedSource, shutdownSource } =
      loaded('', files, component).config.xmpp.component ?? {};
    const allowed = ['focus@auth.d/r', 'x', 'focus@auth-d/r', 'xfocus@auth.d/r', 'evil/x'];
    expect(allowed.map((jid) => authorizedSource?.test(jid))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(shutdownSource).toEqual(authorizedSource);
    expect(told(loaded('', {}, component).warnings)).toContain(`warn insecure ${pattern}`);
    expect(failure('', { [properties]: `${pattern}=(` }, component)).toContain(
      'expected a regular expression',
    );
  });
});

test('no secret shows, whatever is printed', () => {
  const result = load(
    `${configs(login('a'))}\nvideobridge.http-servers.public { key-store-path = x, key-store-password = hunter2 }`,
    {},
    ['--secret=hunter2', '--domain=d'],
  );
  if (!result.ok) throw result.error;
  const component = loaded('', {}, ['--secret=hunter2', '--domain=d']);
  const shown = [result.value.config, component.config].flatMap((config) => [
    inspect(config, { depth: null }),
    JSON.stringify(config),
    String(config.xmpp.clients[0]?.password),
  ]);
  const messages = [...result.value.warnings, ...component.warnings].map(formatWarning);
  expect([...shown, ...messages].filter((text) => text.includes('hunter2'))).toEqual([]);
  expect(component.config.xmpp.component?.secret.reveal()).toBe('hunter2');
});
