import { expect, it } from 'vitest';
import { readPostedClient } from '../../../src/config/read-posted-client.ts';

const complete = {
  id: 'east',
  hostname: '10.1.0.7',
  domain: 'auth.east.example',
  username: 'jvb',
  password: 's3cret',
  muc_jids: 'jvbbrewery@internal.auth.east.example, monitor@muc.east.example',
  muc_nickname: 'bridge-a1',
};

it('takes the properties of a login in any case', () => {
  const client = readPostedClient({
    ...complete,
    PORT: '6222',
    disable_certificate_verification: 'true',
  });
  expect(client).toMatchObject({
    ok: true,
    value: {
      id: 'east',
      port: 6222,
      mucJids: ['jvbbrewery@internal.auth.east.example', 'monitor@muc.east.example'],
      disableCertificateVerification: true,
      securityMode: 'required',
    },
  });
});

it.each([
  ['no object', [], 'an object'],
  ['nothing', null, 'an object'],
  ['no id', { hostname: 'x' }, 'id is missing'],
  ['an incomplete login', { id: 'east', hostname: 'x' }, 'no USERNAME, PASSWORD'],
  ['a bad mode', { ...complete, security_mode: 'perhaps' }, 'SECURITY_MODE'],
  ['a bad port', { ...complete, port: 'many' }, 'expected'],
  ['values of no use', { ...complete, password: { a: 1 } }, 'no PASSWORD'],
])('refuses %s, saying what to correct', (_name, body, words) => {
  const client = readPostedClient(body);
  expect(client.ok ? '' : client.error).toContain(words);
});

it('repeats no password in an error', () => {
  const client = readPostedClient({ ...complete, port: 'x', password: 'do-not-show-me' });
  expect(JSON.stringify(client)).not.toContain('do-not-show-me');
});
