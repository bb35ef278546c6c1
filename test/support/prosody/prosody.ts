// A real Prosody (Debian's 0.12) for tests: its own directory, random ports on 127.0.0.1, a certificate made for
// it. Domains: `auth.<domain>` with accounts, `internal.auth.<domain>` a MUC service, components as asked.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ProsodyOptions = {
  /** Default `meet.test`. */
  readonly domain?: string;
  /** Accounts of `auth.<domain>`: name → password. Default `jvb: jvb-secret, focus: focus-secret`. */
  readonly users?: Readonly<Record<string, string>>;
  /** Full component domain → secret. */
  readonly components?: Readonly<Record<string, string>>;
  /** Lines for the global section, e.g. `c2s_require_encryption = true`. */
  readonly globalConfig?: string;
  /** Lines for the MUC component. Default: what a Jitsi deployment sets. */
  readonly mucConfig?: string;
  /** Lines after everything else: further hosts and components. */
  readonly extraConfig?: string;
  /** No certificate and no TLS module at all. */
  readonly withoutTls?: boolean;
};

export type Prosody = {
  readonly domain: string;
  readonly authDomain: string;
  readonly mucDomain: string;
  /** `jvbbrewery@<mucDomain>`. */
  readonly brewery: string;
  readonly c2sPort: number;
  readonly componentPort: number;
  /** PEM text of the self-signed certificate of `auth.<domain>`: its own authority. */
  readonly certificate: string;
  /** The server's log so far. */
  log(): string;
  /** Ends the process at once, as a crash does; the ports stay reserved for `restart`. */
  kill(): Promise<void>;
  /** Starts again on the same ports with the same accounts. */
  restart(): Promise<void>;
  /** Stops and removes everything. */
  close(): Promise<void>;
};

const jitsiMuc = 'muc_room_locking = false\nmuc_room_default_public_jids = true';

/** A test run that is broken off leaves no server behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server and waits until it takes connections. */
export async function startProsody(options: ProsodyOptions = {}): Promise<Prosody> {
  const domain = options.domain ?? 'meet.test';
  const authDomain = `auth.${domain}`;
  const mucDomain = `internal.auth.${domain}`;
  const directory = mkdtempSync(join(tmpdir(), 'trestle-prosody-'));
  const certificate = options.withoutTls ? '' : makeCertificate(directory, authDomain);
  writeAccounts(directory, authDomain, options.users);
  const [c2sPort, componentPort] = await freePorts();
  const configPath = join(directory, 'prosody.cfg.lua');
  const logPath = join(directory, 'prosody.log');
  const names = { directory, authDomain, mucDomain, c2sPort, componentPort };
  writeFileSync(configPath, configText(options, names));
  writeFileSync(logPath, '');

  const server = { child: undefined as ChildProcess | undefined };
  async function start(): Promise<void> {
    const child = spawn('prosody', ['-F', '--config', configPath], { stdio: 'ignore' });
    server.child = child;
    running.add(child);
    await Promise.race([
      untilListening(options.components ? [c2sPort, componentPort] : [c2sPort]),
      new Promise<never>((_, reject) => {
        child.once('error', (error) =>
          reject(new Error(`prosody does not start: ${error.message}`)),
        );
        child.once('exit', (code) => {
          reject(new Error(`prosody ended with ${code}: ${readFileSync(logPath, 'utf8')}`));
        });
      }),
    ]);
    child.removeAllListeners('exit');
  }
  async function kill(): Promise<void> {
    const { child } = server;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    running.delete(child);
  }

  await start().catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  return {
    domain,
    authDomain,
    mucDomain,
    brewery: `jvbbrewery@${mucDomain}`,
    c2sPort,
    componentPort,
    certificate,
    log: () => readFileSync(logPath, 'utf8'),
    kill,
    restart: start,
    close: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

type Names = {
  readonly directory: string;
  readonly authDomain: string;
  readonly mucDomain: string;
  readonly c2sPort: number;
  readonly componentPort: number;
};

function configText(options: ProsodyOptions, names: Names): string {
  const { directory, authDomain, mucDomain, c2sPort, componentPort } = names;
  const components = Object.entries(options.components ?? {}).map(
    ([name, secret]) => `Component "${name}"\n    component_secret = "${secret}"`,
  );
  const tls = options.withoutTls
    ? []
    : [
        `certificates = "${directory}"`,
        `ssl = { key = "${directory}/tls.key", certificate = "${directory}/tls.crt" }`,
      ];
  return [
    'run_as_root = true',
    'daemonize = false',
    `pidfile = "${directory}/prosody.pid"`,
    `data_path = "${directory}/data"`,
    `log = { { levels = { min = "debug" }, to = "file", filename = "${directory}/prosody.log" } }`,
    'interfaces = { "127.0.0.1" }',
    `c2s_ports = { ${c2sPort} }`,
    `component_ports = { ${componentPort} }`,
    'component_interfaces = { "127.0.0.1" }',
    's2s_ports = {}',
    'http_ports = {}',
    'https_ports = {}',
    `modules_enabled = { "roster", "saslauth", "disco", "ping", "smacks"${options.withoutTls ? '' : ', "tls"'} }`,
    'modules_disabled = { "s2s" }',
    'smacks_hibernation_time = 15',
    'authentication = "internal_hashed"',
    'default_iteration_count = 1000', // xmpp.js, which plays the occupants, takes seconds for more
    'c2s_require_encryption = false',
    ...tls,
    options.globalConfig ?? '',
    `VirtualHost "${authDomain}"`,
    `Component "${mucDomain}" "muc"`,
    options.mucConfig ?? jitsiMuc,
    ...components,
    options.extraConfig ?? '',
    '',
  ].join('\n');
}

/** Accounts as Prosody's own storage has them; it hashes the password at the first login. */
function writeAccounts(
  directory: string,
  authDomain: string,
  users: ProsodyOptions['users'] = { jvb: 'jvb-secret', focus: 'focus-secret' },
): void {
  const encode = (text: string) =>
    encodeURIComponent(text)
      .toLowerCase()
      .replace(/[-_.!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const accounts = join(directory, 'data', encode(authDomain), 'accounts');
  mkdirSync(accounts, { recursive: true });
  for (const [name, password] of Object.entries(users)) {
    writeFileSync(
      join(accounts, `${encode(name)}.dat`),
      `return { ["password"] = "${password}" }\n`,
    );
  }
}

function makeCertificate(directory: string, authDomain: string): string {
  const subject = ['-subj', `/CN=${authDomain}`, '-addext', `subjectAltName=DNS:${authDomain}`];
  const files = ['-keyout', join(directory, 'tls.key'), '-out', join(directory, 'tls.crt')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...files], { stdio: 'ignore' });
  return readFileSync(join(directory, 'tls.crt'), 'utf8');
}

/** Two ports free at this moment: both are held until both are known, so that they differ. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as unknown as readonly [number, number];
}

async function untilListening(ports: readonly number[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (Date.now() > deadline) throw new Error(`prosody does not listen on port ${port}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
