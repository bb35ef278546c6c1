import { isIP } from 'node:net';
import type { Discovered } from './stun-discovery.ts';

/** Where EC2 answers from within a machine of its own. */
export const awsMetadata = 'http://169.254.169.254';

/** Elsewhere nobody answers: ice4j gives up as soon (config.md §3.4). */
const connectLimitMs = 500;

/**
 * Asks the metadata service of Amazon EC2 (IMDSv2) for the private and the public IPv4 address of this machine.
 * @param endpoint scheme, host and port of the service
 * @param limitMs longest asking once it answers
 * @returns undefined where there is no such service or no public address
 */
export async function discoverByAws(
  endpoint: string,
  limitMs: number,
): Promise<Discovered | undefined> {
  try {
    const token = await ask(`${endpoint}/latest/api/token`, Math.min(limitMs, connectLimitMs), {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
    });
    const read = (name: string) =>
      ask(`${endpoint}/latest/meta-data/${name}`, limitMs, {
        headers: { 'x-aws-ec2-metadata-token': token },
      });
    const [localAddress, publicAddress] = await Promise.all([
      read('local-ipv4'),
      read('public-ipv4'),
    ]);
    const valid = isIP(localAddress) !== 0 && isIP(publicAddress) !== 0;
    return valid ? { localAddress, publicAddress } : undefined;
  } catch {
    return undefined; // not on EC2, or a machine without a public address (404)
  }
}

async function ask(url: string, limitMs: number, init: RequestInit): Promise<string> {
  const answer = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(limitMs),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.text()).trim();
}
