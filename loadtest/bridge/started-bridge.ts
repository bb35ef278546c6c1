import { BridgeProcess } from '../../demo/launcher/bridge-process.ts';
import { freePort } from '../../demo/launcher/ports.ts';
import { messageOf } from '../../src/base/message-of.ts';

const host = '127.0.0.1';
/** Of what it logs, in case it ends at once. */
const KEPT_BYTES = 2_000;

/**
 * The bridge of this checkout, on free ports of loopback, for one run.
 * @throws Error with its last line when it does not start
 */
export async function startBridge(): Promise<BridgeProcess> {
  let output = '';
  const ports = {
    mediaUdp: await freePort(host, 'udp'),
    mediaTcp: await freePort(host),
    private: await freePort(host),
    public: await freePort(host),
  };
  const onOutput = (text: string) => (output = (output + text).slice(-KEPT_BYTES));
  try {
    return await BridgeProcess.start({ addresses: [host], ports, onOutput });
  } catch (error) {
    const last = output.trimEnd().split('\n').at(-1) ?? '';
    const reason = messageOf(error);
    throw new Error(last === '' ? reason : `${reason}: ${last}`, { cause: error });
  }
}
