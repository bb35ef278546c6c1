// A call with nothing but this bridge: starts the compiled bridge and a focus, prints the address to open, and
// stops both on Ctrl-C.
import { pino } from 'pino';
import { startFocus } from './focus/focus.ts';
import { RestBridge } from './focus/rest-bridge.ts';
import { ArgumentError, type Arguments, readArguments } from './launcher/arguments.ts';
import { isLoopback, mediaAddresses } from './launcher/bridge-config.ts';
import { BridgeProcess } from './launcher/bridge-process.ts';
import { selfSignedCertificate } from './launcher/certificate.ts';
import { freePort, requireFree } from './launcher/ports.ts';
import { messageOf } from '../src/base/message-of.ts';

const usageExitCode = 64;

const log = pino(
  { level: 'info', base: { part: 'focus' } },
  pino.destination({ fd: 2, sync: true }),
);

try {
  process.exitCode = await run(readArguments(process.argv.slice(2), process.env));
} catch (error) {
  process.stderr.write(`demo: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ArgumentError ? usageExitCode : 1;
}

/** Runs until a signal, or until the bridge ends; resolves with the exit code. */
async function run({ host, port, mediaUdpPort, mediaTcpPort }: Arguments): Promise<number> {
  const interrupted = nextSignal();
  await requireFree(host, { port, transport: 'tcp', flag: 'PORT=' });
  await requireFree(host, { port: mediaUdpPort, transport: 'udp', flag: '--media-port' });
  await requireFree(host, { port: mediaTcpPort, transport: 'tcp', flag: '--media-tcp-port' });
  const secure = !isLoopback(host);
  const certificate = secure ? { certificate: await selfSignedCertificate(host) } : {};
  const bridge = await BridgeProcess.start({
    addresses: mediaAddresses(host),
    ports: {
      mediaUdp: mediaUdpPort,
      mediaTcp: mediaTcpPort,
      private: await freePort('127.0.0.1'),
      public: await freePort('127.0.0.1'),
    },
  });
  let reason: number | NodeJS.Signals;
  try {
    const focus = await startFocus({
      bridge: new RestBridge(bridge.url),
      host,
      port,
      ...certificate,
      log,
    });
    process.stdout.write(`\n  Open ${focus.url.href} in two tabs.\n`);
    if (secure) {
      process.stdout.write('  The browser asks whether to trust the certificate made for it.\n');
    }
    process.stdout.write('  Ctrl-C ends it.\n\n');
    reason = await Promise.race([interrupted, bridge.ended]);
    await focus.close();
  } finally {
    await bridge.stop();
  }
  if (reason === 'SIGINT' || reason === 'SIGTERM') return 0;
  process.stderr.write(`demo: the bridge ended by itself (${reason})\n`);
  return 1;
}

/** Further ones change nothing: a launcher that died of a second Ctrl-C would leave its bridge behind. */
function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
  });
}
