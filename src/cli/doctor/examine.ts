import { bridgeAddresses } from '../../config/bridge-addresses.ts';
import { formatWarning } from '../../config/findings.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { judgeAddresses } from '../../doctor/judge-addresses.ts';
import { judgeFirewall, judgePort, type PortFacts } from '../../doctor/judge-ports.ts';
import {
  judgeConfiguration,
  judgeFocus,
  judgeHealth,
  judgeWebSocket,
  judgeXmpp,
} from '../../doctor/judge-signaling.ts';
import {
  judgeClock,
  judgeOpenFiles,
  judgeReceiveBuffer,
  judgeSteal,
  judgeWorker,
} from '../../doctor/judge-system.ts';
import type { Verdict } from '../../doctor/verdict.ts';
import { webSocketFacts, xmppFacts } from './gather-signaling.ts';
import {
  clockFacts,
  cpuSteal,
  firewallFacts,
  openFilesLimit,
  receiveBufferLimit,
  workerFacts,
} from './gather-system.ts';
import { findRunningBridge } from './running-bridge.ts';
import { tryPort } from './try-port.ts';

/** Looks at everything that is known to go wrong, whether the bridge runs or not; changes nothing. */
export async function examine({ config, files, warnings }: LoadedConfig): Promise<Verdict[]> {
  const bridge = await findRunningBridge(config.http.private);
  const running = bridge !== undefined;
  const [addresses, steal, clock, firewall, worker, xmpp, webSockets] = await Promise.all([
    bridgeAddresses(config.ice),
    cpuSteal(),
    clockFacts(),
    firewallFacts(),
    workerFacts(config.worker.binary),
    xmppFacts(config.xmpp, bridge),
    webSocketFacts(config.websockets, running),
  ]);
  const doubts = addresses.warnings.filter(({ code }) => code === 'not-applicable');
  const ports = await Promise.all(
    portsOf(config, addresses.listen).map((port) => tryFor(port, running)),
  );
  return [
    ...judgeConfiguration(
      files,
      warnings.filter(({ level }) => level === 'warn').map(formatWarning),
    ),
    judgeHealth(running, bridge?.fault),
    ...judgeAddresses({
      advertised: [...new Set(addresses.advertise.map(({ ip }) => ip))],
      hasValidAddress: addresses.hasValidAddress || !config.health.requireValidAddress,
      stunFailed: addresses.stunFailed,
      doubts: doubts.map(({ message }) => message),
    }),
    ...ports.map(judgePort),
    judgeFirewall(firewall, config.ice.udpPort),
    judgeWorker(worker),
    judgeReceiveBuffer(receiveBufferLimit(), config.ice.receiveBufferBytes),
    judgeOpenFiles(openFilesLimit()),
    judgeSteal(steal),
    judgeClock(clock),
    ...xmpp.flatMap(judgeXmpp),
    judgeFocus(bridge?.conferencesCreated),
    ...webSockets.map(judgeWebSocket),
  ];
}

type Port = Pick<PortFacts, 'purpose'> & {
  readonly protocol: 'udp' | 'tcp';
  readonly host: string | undefined;
  readonly port: number;
};

/** Every port of the configuration; 0 means any free one and cannot be in use. */
function portsOf({ ice, http }: LoadedConfig['config'], listen: readonly string[]): Port[] {
  const media = listen.flatMap((host): Port[] => [
    { purpose: 'media (UDP)', protocol: 'udp', host, port: ice.udpPort },
    ...(ice.tcp
      ? [{ purpose: 'media (TCP)', protocol: 'tcp', host, port: ice.tcp.port } as const]
      : []),
  ]);
  const servers = (['private', 'public'] as const).flatMap((name): Port[] => {
    const server = http[name];
    if (!server) return [];
    return [{ purpose: `${name} HTTP`, protocol: 'tcp', host: server.host, port: server.port }];
  });
  return [...media, ...servers].filter(({ port }) => port !== 0);
}

async function tryFor({ purpose, protocol, host, port }: Port, ours: boolean): Promise<PortFacts> {
  const tried = await tryPort(protocol, host, port);
  return { purpose, where: `${host ?? '*'}:${port}`, ours, ...tried };
}
