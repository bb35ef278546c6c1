import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/base/message-of.ts';
import { mediaAddresses } from './bridge-config.ts';

export type Arguments = {
  /** The address the page, the signalling and the media listen on. */
  readonly host: string;
  /** TCP port of the page. */
  readonly port: number;
  readonly mediaUdpPort: number;
  readonly mediaTcpPort: number;
};

/** A wrong argument; the text is for the person who typed it. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

const defaults = { port: '8000', 'media-port': '10000', 'media-tcp-port': '4443' };

/**
 * Reads `--port`, `--media-port` and `--media-tcp-port`; the host comes from the environment (`HOST=`).
 * @throws ArgumentError
 */
export function readArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const options = {
    port: { type: 'string', default: environment['PORT'] ?? defaults.port },
    'media-port': { type: 'string', default: defaults['media-port'] },
    'media-tcp-port': { type: 'string', default: defaults['media-tcp-port'] },
  } as const;
  const { values } = parse(() => parseArgs({ args: [...argv], options }));
  const host = environment['HOST'] ?? '127.0.0.1';
  if (isIP(host) === 0) {
    throw new ArgumentError(`HOST=${host} is not an IP address of this machine`);
  }
  if (/^[0:.]+$/.test(host)) {
    const own = mediaAddresses('127.0.0.1').join(', ');
    throw new ArgumentError(`HOST=${host} is no address clients can reach: choose one of ${own}`);
  }
  return {
    host,
    port: portNumber('port', values.port),
    mediaUdpPort: portNumber('media-port', values['media-port']),
    mediaTcpPort: portNumber('media-tcp-port', values['media-tcp-port']),
  };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ArgumentError(messageOf(error));
  }
}

function portNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new ArgumentError(`--${name} must be a port number from 0 to 65535, not "${text}"`);
  }
  return value;
}
