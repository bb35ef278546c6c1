// A deployment of 2018 from its own files: started as its init script did, driven by its focus, reached over UDP and ICE-TCP.
import { xml } from '@xmpp/client';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ssrc } from '../../../src/model/ids.ts';
import { freePorts } from '../../support/bridge/bridge-process.ts';
import { Colibri1Focus } from '../../support/bridge/colibri1-focus.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const sample = join(repository, 'test/fixtures/config/samples/1-component-2018');
const jid = 'jitsi-videobridge.meet.test';
const secret = 'x7#Qm@2pLt';

const folder = mkdtempSync(join(tmpdir(), 'trestle-2018-'));
const etc = join(folder, 'etc/jitsi/videobridge');
const logFile = join(folder, 'jvb.log');
let ports: Awaited<ReturnType<typeof freePorts>>;
let prosody: Prosody;
let jicofo: Occupant;
let script: ChildProcess;
/** Every command line that the process showed once it was Node. */
const commandLines = new Set<string>();
let watch: NodeJS.Timeout;

/** What the init script of 2018 does between reading the file and having a bridge (debian/init.d of that year). */
const initScript = `
. "$1"
[ "$JVB_HOST" ] || JVB_HOST=localhost
options="--host=$JVB_HOST --domain=$JVB_HOSTNAME --port=$JVB_PORT --secret=$JVB_SECRET $JVB_OPTS"
exec /bin/bash -c "JAVA_SYS_PROPS=\\"$JAVA_SYS_PROPS\\" exec $2 $options < /dev/null >> $3 2>&1"
`;

beforeAll(async () => {
  prosody = await startProsody({ components: { [jid]: secret } });
  ports = await freePorts();
  mkdirSync(etc, { recursive: true });
  const [udp, rest, tcp] = ports;
  /** The sample with names and ports of this machine. */
  const relocated = (name: string) =>
    readFileSync(join(sample, name), 'utf8')
      .replaceAll('conf.example.org', 'meet.test')
      .replaceAll('/etc/jitsi', join(folder, 'etc/jitsi'))
      .replace('JVB_PORT=5347', `JVB_PORT=${prosody.componentPort}`)
      .replace('10.20.0.7', '127.0.0.1')
      .replace('198.51.100.24', '127.0.0.2')
      .replace('PORT=10000', `PORT=${udp}`)
      .replaceAll('4443', String(tcp));
  writeFileSync(join(etc, 'config'), relocated('config'));
  writeFileSync(
    join(etc, 'sip-communicator.properties'),
    `${relocated('sip-communicator.properties')}
org.jitsi.videobridge.rest.private.jetty.port=${rest}
org.ice4j.ice.harvest.ALLOWED_ADDRESSES=127.0.0.1
`,
  );
  writeFileSync(join(etc, 'meet.test.jks'), Buffer.from('feedfeed', 'hex')); // a key store of JDK 8
  const trestle = join(folder, 'trestle');
  const launch = `#!/bin/sh\nexec "${process.execPath}" "${repository}dist/main.js" "$@"\n`;
  writeFileSync(trestle, launch, { mode: 0o755 });
  const jvb = readFileSync(join(repository, 'packaging/debian/jvb.sh'), 'utf8')
    .replace('/etc/jitsi', join(folder, 'etc/jitsi'))
    .replace('/usr/bin/trestle', trestle);
  writeFileSync(join(folder, 'jvb.sh'), jvb, { mode: 0o755 });
  startBridge();
  jicofo = await joinAsOccupant(prosody);
  const version = xml('query', { xmlns: 'jabber:iq:version' });
  await until(async () => {
    if (script.exitCode !== null) throw new Error(readFileSync(logFile, 'utf8'));
    const { attrs } = await jicofo.request(jid, version);
    return attrs['type'] === 'result' ? undefined : 'the component is not there';
  }, 30_000);
});
afterAll(async () => {
  clearInterval(watch);
  script.kill();
  await once(script, 'exit');
  await jicofo.leave();
  await prosody.close();
  rmSync(folder, { recursive: true });
});

function startBridge(): void {
  const args = ['-c', initScript, 'jitsi-videobridge', join(etc, 'config')];
  script = spawn('/bin/sh', [...args, join(folder, 'jvb.sh'), logFile], {
    stdio: 'ignore',
    // As in that year's scripts for what has no file: loopback is all that a test may use.
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      JVB_EXTRA_JVM_PARAMS: '-Dtrestle.ice.loopback=true',
    },
  });
  watch = setInterval(() => {
    const commandLine = read('cmdline');
    if (commandLine.startsWith(process.execPath)) commandLines.add(commandLine);
  }, 1);
}

/** A file about the process, which stays the same one from the shell to Node; empty if it cannot be read. */
function read(name: string, pid = script.pid): string {
  const path = `/proc/${pid}/${name}`;
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
}

describe('a bridge started by the init script of 2018', () => {
  it('shows its secret in no list of processes and no log, from the moment it is Node', () => {
    expect(commandLines.size).toBeGreaterThan(0);
    for (const commandLine of commandLines) {
      expect(commandLine).toContain('--domain=meet.test');
      expect(commandLine).not.toContain(secret);
    }
    const workers = read(`task/${script.pid}/children`).split(' ').filter(Boolean).map(Number);
    expect(workers.length).toBeGreaterThan(0);
    for (const pid of [script.pid, ...workers]) {
      expect(read('environ', pid)).toContain('PATH=');
      expect(read('environ', pid) + read('cmdline', pid)).not.toContain(secret);
    }
    expect(statSync(logFile).size).toBeGreaterThan(0);
    expect(readFileSync(logFile, 'utf8')).not.toContain(secret);
  });

  it('obeys the focus that the properties name, and carries a call over UDP and ICE-TCP', async () => {
    const [udp, , tcp] = ports;
    const focus = new Colibri1Focus(jicofo, jid);
    const microphone = (value: number) => ({
      audio: { sources: [{ ssrc: ssrc(value), screen: false }] },
    });
    const ada = await focus.join('3fa91c07', microphone(1001));
    const bob = await focus.join('b2d60e5a', { ...microphone(1002), protocol: 'tcp' });
    const voices = [
      new AudioFlow({ client: ada.client, ssrc: 1001 }),
      new AudioFlow({ client: bob.client, ssrc: 1002 }),
    ];
    try {
      const { candidates } = bob.endpoint.transport;
      const found = candidates.map(({ protocol, tcpType, ip, port, type }) =>
        [protocol, tcpType, type, ip, port].filter((each) => each !== undefined).join(' '),
      );
      expect(found).toEqual(
        expect.arrayContaining([
          `udp host 127.0.0.1 ${udp}`,
          `udp srflx 127.0.0.2 ${udp}`,
          `tcp passive host 127.0.0.1 ${tcp}`,
          `tcp passive srflx 127.0.0.2 ${tcp}`,
          // The port that a firewall passes on to the other.
          `tcp passive srflx 127.0.0.1 443`,
          `tcp passive srflx 127.0.0.2 443`,
        ]),
      );
      for (const [{ client }, value] of [
        [ada, 1002],
        [bob, 1001],
      ] as const) {
        await until(() => (client.packetsOf(value).length > 20 ? undefined : client.state), 30_000);
      }
    } finally {
      for (const voice of voices) voice.stop();
      for (const { client, endpoint } of [ada, bob]) {
        await focus.expire(endpoint);
        client.close();
      }
    }
  });

  it('answers REST, as --apis=rest,xmpp in the file asks', async () => {
    const stats = await fetch(`http://127.0.0.1:${ports[1]}/colibri/stats`);
    expect(await stats.json()).toHaveProperty('conferences');
    const list = await fetch(`http://127.0.0.1:${ports[1]}/colibri/conferences`);
    expect(list.status).toBe(200);
  });
});

describe('jvb.sh', () => {
  it.each([
    ['leaves out the secret that the file has', 'JVB_SECRET="a b"', '--secret=a b', ''],
    ['keeps another one', 'JVB_SECRET=file', '--secret=other', '--secret=other'],
    ['keeps one that only the environment has', 'JVB_PORT=1', '--secret=env', '--secret=env'],
  ])('%s', (_, line, argument, kept) => {
    const file = join(folder, 'other-config');
    writeFileSync(file, `${line}\n`);
    const script = readFileSync(join(repository, 'packaging/debian/jvb.sh'), 'utf8')
      .replace('/etc/jitsi/videobridge/config', file)
      .replace('/usr/bin/trestle', 'printf "%s\\n"');
    const env = { PATH: process.env['PATH'], JVB_SECRET: 'env' };
    const shown = execFileSync('/bin/sh', ['-c', script, 'jvb.sh', argument, '--port=1'], { env });
    const expected = ['run', '--environment-file', file, kept, '--port=1'];
    expect(shown.toString().trim().split('\n')).toEqual(expected.filter((each) => each !== ''));
  });
});
