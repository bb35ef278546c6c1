import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { formatWarning } from '../../../src/config/findings.ts';
import { loaded, loadFiles, failure, told } from './load-text.ts';

const properties = '/etc/b/sip-communicator.properties';
describe('what cannot be obeyed stops the start, with its place and what was expected', () => {
  test.each([
    [
      'videobridge.ice.udp {\n  port = 10M\n}',
      '/etc/b/jvb.conf:2:10: videobridge.ice.udp.port: expected a port from 1 to 65535, or 0 for any free one; found "10M"',
    ],
    [
      'videobridge.health.interval = 10 mins',
      '/etc/b/jvb.conf:1:31: videobridge.health.interval: expected a duration of at least a millisecond, for example 15 seconds or 500ms; found "10 mins"',
    ],
    [
      'jmt.bwe.estimator.max-bw = 2.5 mbps',
      '/etc/b/jvb.conf:1:28: jmt.bwe.estimator.max-bw: expected a bandwidth, for example 2500 kbps (units: bps, kbps, mbps; whole numbers); found "2.5 mbps"',
    ],
    [
      'videobridge.health = 5',
      '/etc/b/jvb.conf:1:22: videobridge.health: expected an object with settings: { … }',
    ],
    [
      'ice4j.harvest.allowed-addresses = [1, [2]]',
      '/etc/b/jvb.conf:1:39: ice4j.harvest.allowed-addresses: expected text; found a list',
    ],
    [
      'videobridge.health { interval = 2 minutes }',
      '/etc/b/jvb.conf:1:33: videobridge.health.interval: the timeout (90000 ms) has to be longer than the interval (120000 ms)',
    ],
    [
      'jmt.bwe.google-cc.min-bw = 30 mbps',
      '/etc/b/jvb.conf:1:28: jmt.bwe.google-cc.min-bw: has to be at most max-bw (20000000 bps)',
    ],
    [
      'videobridge.octo.enabled = true',
      '/etc/b/jvb.conf:1:28: videobridge.octo.enabled: needs a unique videobridge.relay.relay-id',
    ],
    ['a = ', '/etc/b/jvb.conf:1:5: expected a value, found the end of the file'],
  ])('%s', (conf, message) => {
    expect(failure(conf)).toBe(message);
  });

  test('all faults are told at once', () => {
    expect(
      failure('videobridge.ice.udp.port = x\nvideobridge.sctp.enabled = 7').split('\n'),
    ).toHaveLength(2);
  });

  test('a property is named as it was written', () => {
    const files = { [properties]: '\norg.jitsi.videobridge.health.INTERVAL=soon' };
    expect(failure('', files)).toBe(
      `${properties}:2:1: org.jitsi.videobridge.health.INTERVAL: expected a duration of at least a millisecond, for example 15 seconds or 500ms; found "soon ms"`,
    );
  });

  test.each([
    [['--config', '/none'], '/none does not exist (--config)'],
    [['-Dconfig.file=/none'], '/none does not exist (-Dconfig.file)'],
    [
      ['--config', '/etc/b/jvb.conf', '--properties', '/none'],
      '/none does not exist (--properties)',
    ],
    [['--environment-file', '/none'], '/none does not exist (--environment-file)'],
    [[], 'there is no configuration; name one with --config FILE'],
  ])('%j', (argv, message) => {
    const result = loadFiles({ '/etc/b/jvb.conf': '' }, argv);
    expect(result).toMatchObject({ ok: false, error: { message } });
  });

  test('a file that cannot be read', () => {
    const readFile = (): string => {
      throw new Error('EACCES: permission denied');
    };
    expect(
      loadFiles(
        {
          get '/x'() {
            return readFile();
          },
        },
        ['--config', '/x'],
      ),
    ).toMatchObject({
      ok: false,
      error: { message: '/x cannot be read: EACCES: permission denied' },
    });
  });
});

describe('what is not obeyed warns', () => {
  test.each([
    ['videobridge.ice.udp.prot = 1', 'warn unknown-key videobridge.ice.udp.prot'],
    ['nothing { x = 1, y = 2 }', 'warn unknown-key nothing'],
    [
      'videobridge.stats.callstats.app-id = 1',
      'warn removed-key videobridge.stats.callstats.app-id',
    ],
    [
      'videobridge.multi-stream.enabled = true',
      'ignore removed-key videobridge.multi-stream.enabled',
    ],
    ['jmt.debug.pcap.enabled = true', 'warn unsupported jmt.debug.pcap.enabled'],
    ['jmt.debug.pcap.enabled = maybe', 'warn wrong-type jmt.debug.pcap.enabled'],
    ['jmt.audio.red.vad-only = true', 'ignore no-equivalent jmt.audio.red.vad-only'],
    ['jmt.srtp.protection-profiles = [X]', 'warn unsupported jmt.srtp.protection-profiles'],
    ['jmt.keyframe.max-requests = 5', 'warn unsupported jmt.keyframe.max-requests'],
    ['videobridge.websockets.domains = "a"', 'warn tolerated videobridge.websockets.domains'],
    [
      'videobridge.websockets.server-id = "a/b"',
      'warn unsupported videobridge.websockets.server-id',
    ],
    ['org.jitsi.videobridge.REGION = x', 'warn ineffective org.jitsi'],
    ['jmt.bwe.estimator.min-bw = 1 kbps', 'warn unsupported jmt.bwe.estimator.min-bw'],
  ])('%s', (conf, expected) => {
    expect(told(loaded(`videobridge.apis.rest.enabled = true\n${conf}`).warnings)).toContain(
      expected,
    );
  });

  test.each(['jmt.debug.pcap.enabled = false', 'jmt.debug.packet-loss.incoming.uniform-rate = 0'])(
    'not where the value asks for nothing: %s',
    (conf) => {
      expect(loaded(`videobridge.apis.rest.enabled = true\n${conf}`).warnings).toEqual([]);
    },
  );

  test('a typing error is shown the closest key, with its place', () => {
    const { warnings } = loaded(
      'videobridge.apis.rest.enabled = true\nvideobridge.ice.udp.prot = 1',
    );
    expect(warnings.map(formatWarning)).toEqual([
      '/etc/b/jvb.conf:2:28: videobridge.ice.udp.prot: nobody reads this key; did you mean videobridge.ice.udp.port?',
    ]);
  });

  test('REST switches that need one another', () => {
    expect(told(loaded('videobridge.rest.shutdown.enabled = true').warnings)).toContain(
      'warn ineffective videobridge.rest.shutdown.enabled',
    );
  });

  test('nobody can drive the bridge', () => {
    expect(told(loaded('').warnings)).toEqual(['warn idle videobridge.apis']);
  });

  test('there is a worker for every processor unless a number is set', () => {
    expect(loaded('').config.worker.count).toBe(availableParallelism());
    expect(loaded('trestle.workers = 3').config.worker.count).toBe(3);
    for (const wrong of ['-1', '63', 'all'])
      expect(failure(`trestle.workers = ${wrong}`)).toContain('from 0 to 62');
  });

  test('null is as if it were not there', () => {
    expect(
      loaded('videobridge.health = null, videobridge.ice.udp.port = null').config,
    ).toMatchObject({
      ice: { udpPort: 10000 },
      health: { intervalMs: 60_000 },
    });
  });

  test('names of one’s own have a place', () => {
    const conf =
      'trestle.values.host = x\nvideobridge { apis.rest.enabled = on, relay.region = ${trestle.values.host} }';
    const { config, warnings } = loaded(conf);
    expect([config.relay.region, warnings]).toEqual(['x', []]);
  });
});

describe('precedence', () => {
  const port = (conf: string, files = {}, argv: string[] = []): number =>
    loaded(conf, files, argv).config.ice.udpPort;
  const file = { [properties]: 'org.jitsi.videobridge.SINGLE_PORT_HARVESTER_PORT=4' };
  const define = ['-Dorg.jitsi.videobridge.SINGLE_PORT_HARVESTER_PORT=3'];

  test('properties over -D, over jvb.conf, over a define of the key, over the default', () => {
    expect([
      port('videobridge.ice.udp.port = 2', file, define),
      port('videobridge.ice.udp.port = 2', {}, define),
      port('videobridge.ice.udp.port = 2', {}, ['-Dvideobridge.ice.udp.port=1']),
      port('', {}, ['-Dvideobridge.ice.udp.port=1']),
      port(''),
    ]).toEqual([4, 3, 2, 1, 10000]);
  });

  test('a shadowed line of jvb.conf is told', () => {
    expect(told(loaded('videobridge.ice.udp.port = 2', file).warnings)).toContain(
      'warn shadowed videobridge.ice.udp.port',
    );
  });

  test('org.ice4j: jvb.conf over -D, over properties, over the key', () => {
    const name = 'org.ice4j.ice.harvest.HARVESTING_TIMEOUT';
    const timeout = (conf: string, files = {}, argv: string[] = []): number =>
      loaded(conf, files, argv).config.ice.addresses.discoveryTimeoutMs;
    const key = 'ice4j.harvest.timeout = 1s';
    const inFile = { [properties]: `${name}=2` };
    expect([
      timeout(`${key}\n${name} = 4`, inFile, [`-D${name}=3`]),
      timeout(key, inFile, [`-D${name}=3`]),
      timeout(key, inFile),
      timeout(key),
    ]).toEqual([4000, 3000, 2000, 1000]);
  });

  test('old names over today’s', () => {
    const conf =
      'videobridge { octo.region = a, relay.region = b, cc.thumbnail-max-height-px = 90 }';
    expect(loaded(conf).config).toMatchObject({
      relay: { region: 'a' },
      congestion: { defaultMaxHeight: 90, initialMaxHeight: 90 },
    });
  });

  test('keys of ours over ice.tcp of old files', () => {
    const tcp = (conf: string) => loaded(conf).config.ice.tcp;
    expect([
      tcp('videobridge.ice.tcp { enabled = true, port = 443 }, trestle.ice.tcp.port = 1'),
      tcp('videobridge.ice.tcp { enabled = true, port = 443, mapped-port = 44 }'),
      tcp('videobridge.ice.tcp.enabled = false'),
      tcp('trestle.ice.tcp.enabled = false'),
      tcp(''),
    ]).toEqual([{ port: 1 }, { port: 443, mappedPort: 44 }, undefined, undefined, { port: 4443 }]);
  });

  test('defaults do not follow one another', () => {
    const { config } = loaded(
      'videobridge { stats.interval = 1s, entity-expiration.timeout = 2s }',
    );
    expect(config).toMatchObject({
      xmpp: { presenceIntervalMs: 5000 },
      conference: { expireAfterMs: 2000, expireCheckIntervalMs: 60_000 },
    });
  });

  test('redaction in ice4j follows that of the bridge', () => {
    expect(
      loaded('videobridge.redact-remote-addresses = false').config.redact.remoteAddresses,
    ).toBe(false);
  });

  test('the environment enters through substitutions alone', () => {
    const env = { PORT: '5', 'videobridge.ice.udp.port': '6' };
    const files = { '/c': 'videobridge.ice.udp.port = ${PORT}' };
    expect(loadFiles(files, ['--config=/c'], env)).toMatchObject({
      value: { config: { ice: { udpPort: 5 } } },
    });
  });

  test('origins name the place of every value', () => {
    const { origins } = loaded('videobridge.sctp.enabled = false', file);
    expect([
      origins.get('videobridge.sctp.enabled'),
      origins.get('videobridge.ice.udp.port'),
      origins.get('videobridge.health.interval')?.file,
    ]).toEqual([
      { file: '/etc/b/jvb.conf', line: 1, column: 28 },
      { file: properties, line: 1, column: 1 },
      '(default)',
    ]);
  });
});

describe('HTTP', () => {
  test('with a key store that cannot be read the private server is plain on loopback, the public one off', () => {
    const store = 'key-store-path = /k, tls-port = 1';
    const conf = `videobridge.http-servers { private { host = 0.0.0.0, ${store} }, public { ${store} } }`;
    const { config, warnings } = loaded(conf);
    expect(config.http).toEqual({ private: { host: '127.0.0.1', port: 8080 } });
    expect(told(warnings)).toContain(
      'warn unsupported videobridge.http-servers.private.key-store-path',
    );
  });

  test('-1 is off, whatever the other port says', () => {
    expect(loaded('videobridge.http-servers.private.port = -1').config.http).toEqual({});
  });

  test('an HTTP port that media wants', () => {
    const conf = (more: string): string =>
      `videobridge { apis.rest.enabled = true, http-servers.public.port = 4443 }\n${more}`;
    const media = loaded(conf('trestle.ice.tcp.port = 4443'));
    expect([media.config.http.public, media.config.ice.tcp]).toEqual([undefined, { port: 4443 }]);
    const http = loaded(conf(''));
    expect([http.config.http.public?.port, http.config.ice.tcp]).toEqual([4443, undefined]);
    expect(told([...media.warnings, ...http.warnings])).toEqual([
      'warn port-conflict videobridge.http-servers.public.port',
      'warn port-conflict trestle.ice.tcp.port',
    ]);
  });

  test('WebSockets need the public server', () => {
    const on =
      'videobridge { apis.rest.enabled = true, websockets { enabled = true, domains = [b, a], domain = a } }';
    expect(loaded(on).config.websockets.enabled).toBe(false);
    const served = loaded(`${on}, videobridge.http-servers.public.port = 9090`).config.websockets;
    expect(served).toMatchObject({
      enabled: true,
      domains: ['b', 'a'],
      tls: false,
    });
  });
});

test('the debian package’s location is the default', () => {
  const files = {
    '/etc/jitsi/videobridge/jvb.conf': 'videobridge.ice.udp.port = 7',
    '/etc/jitsi/videobridge/sip-communicator.properties': 'org.jitsi.videobridge.REGION=r',
  };
  expect(loadFiles(files, [])).toMatchObject({
    value: { config: { ice: { udpPort: 7 }, relay: { region: 'r' } }, files: Object.keys(files) },
  });
});
