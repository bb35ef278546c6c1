import { xml } from '@xmpp/client';
import type { Occupant } from '../prosody/occupant.ts';
import { until } from '../until.ts';
import { BridgeProcess } from './bridge-process.ts';

export type ComponentOptions = {
  /** Its whole address; the domain is what follows the first dot. */
  readonly jid: string;
  readonly secret: string;
  readonly port: number;
  /** Further arguments. */
  readonly args?: readonly string[];
};

/** A bridge with the flags of the init script of 2018, once `focus` gets an answer of it. */
export async function startComponentBridge(
  focus: Occupant,
  { jid, secret, port, args = [] }: ComponentOptions,
): Promise<BridgeProcess> {
  const [subdomain, ...domain] = jid.split('.');
  const bridge = await BridgeProcess.start({
    args: [
      '--host=127.0.0.1',
      `--port=${port}`,
      `--domain=${domain.join('.')}`,
      `--subdomain=${subdomain}`,
      `--secret=${secret}`,
      '--apis=rest,xmpp',
      ...args,
    ],
  });
  await untilAnswering(focus, jid);
  return bridge;
}

/** Until the component answers; its server answers for one that is away, with an error. */
export async function untilAnswering(focus: Occupant, jid: string): Promise<void> {
  const version = xml('query', { xmlns: 'jabber:iq:version' });
  await until(async () => {
    const { attrs } = await focus.request(jid, version);
    return attrs['type'] === 'result' ? undefined : 'the component is not there';
  }, 30_000);
}
