import { isIP } from 'node:net';

/**
 * An IP address that is not to be seen in logs: `x.x.x.x` or `x::x`.
 * @param text a line that may hold addresses
 */
export function redactAddresses(text: string): string {
  return text.replaceAll(/(?<![\w:.])[\da-f:.]*[:.][\da-f:.]*(?![\w:])/gi, (found) => {
    const trimmed = found.replace(/[:.]+$/, '');
    const address = isIP(found) === 0 ? trimmed : found;
    const family = isIP(address);
    if (family === 0) return redactV4WithPort(found);
    return (family === 4 ? 'x.x.x.x' : 'x::x') + found.slice(address.length);
  });
}

function redactV4WithPort(found: string): string {
  const [, address = '', port = ''] = /^([\d.]+)(:\d+.*)$/.exec(found) ?? [];
  return isIP(address) === 4 ? `x.x.x.x${port}` : found;
}
