import { BridgeProcess } from '../../demo/launcher/bridge-process.ts';
import { freePort } from '../../demo/launcher/ports.ts';

const host = '127.0.0.1';

/** The bridge of this checkout, on free ports of loopback, for one run. */
export async function startBridge(onOutput: (text: string) => void): Promise<BridgeProcess> {
  return BridgeProcess.start({
    addresses: [host],
    ports: {
      mediaUdp: await freePort(host, 'udp'),
      mediaTcp: await freePort(host),
      private: await freePort(host),
      public: await freePort(host),
    },
    onOutput,
  });
}
