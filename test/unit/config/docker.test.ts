import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadFiles } from './load-text.ts';

/** The configuration that the image makes of an environment. */
function configOf(env: Readonly<Record<string, string>>) {
  const text = execFileSync('sh', ['packaging/docker/render-config.sh'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOSTNAME: 'jvb-1', ...env },
  });
  const loaded = loadFiles({ '/jvb.conf': text }, ['--config', '/jvb.conf']);
  if (!loaded.ok) throw loaded.error;
  return loaded.value;
}

test('the names of docker-jitsi-meet become the keys they mean', () => {
  const { config } = configOf({
    JVB_AUTH_PASSWORD: 'a "quoted" \\ one',
    XMPP_SERVER: 'east.example, west.example:6222',
    JVB_PORT: '10005',
    JVB_ADVERTISE_IPS: '203.0.113.7,203.0.113.8#12000',
    LOCAL_ADDRESS: '172.18.0.5',
    JVB_STUN_SERVERS: 'stun.example:3478',
    COLIBRI_REST_ENABLED: '1',
    ENABLE_COLIBRI_WEBSOCKET: '1',
    JVB_WS_DOMAIN: 'meet.example:443',
  });
  expect(config.xmpp.clients).toMatchObject([
    { id: 'shard0', hostname: 'east.example', port: 5222, mucNickname: 'jvb-1' },
    { id: 'shard1', hostname: 'west.example', port: 6222, disableCertificateVerification: true },
  ]);
  expect(config.xmpp.clients[0]?.password.reveal()).toBe('a "quoted" \\ one');
  expect(config.ice).toMatchObject({
    udpPort: 10_005,
    addresses: {
      aws: false,
      stunServers: [{ host: 'stun.example', port: 3478 }],
      staticMappings: [
        { localAddress: '172.18.0.5', publicAddress: '203.0.113.7' },
        { publicAddress: '203.0.113.8', ports: { local: 10_005, public: 12_000 } },
      ],
    },
  });
  expect(config.rest).toMatchObject({ colibri: true, shutdown: false });
  expect(config.http.private).toMatchObject({ host: '0.0.0.0' });
  expect(config.websockets).toMatchObject({
    enabled: true,
    tls: true,
    serverId: 'jvb-1',
    domains: ['meet.example:443'],
  });
});

test('without a password there is no configuration', () => {
  expect(() => configOf({})).toThrow(/JVB_AUTH_PASSWORD.*has to be set/);
});

test('the Dockerfile has a fixed base, drops root, and copies only what is there', () => {
  const text = readFileSync('packaging/docker/Dockerfile', 'utf8');
  const instructions = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/)[0] ?? '');
  const known = ['FROM', 'COPY', 'RUN', 'USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT'];
  expect(instructions.filter((name) => !known.includes(name))).toEqual([]);
  expect(text).toMatch(/^FROM \S+:\d\S*$/m);
  expect(text.indexOf('USER jvb')).toBeGreaterThan(text.indexOf('RUN '));
  expect(text).toMatch(/^ENTRYPOINT \[.*\]$/m);
});
