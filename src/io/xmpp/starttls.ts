import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { XmppLinkError } from './failure-reason.ts';

/** SECURITY_MODE: `ifpossible` uses TLS when offered, and then verifies like `required`. */
export type SecurityMode = 'required' | 'ifpossible' | 'disabled';

export type TlsOptions = {
  /** The XMPP domain: the name the certificate must carry, and the SNI. */
  readonly domain: string;
  /** False skips chain and name verification (DISABLE_CERTIFICATE_VERIFICATION). */
  readonly verify: boolean;
  /** PEM text of the authorities to trust; undefined = Node's own list. */
  readonly ca?: string | undefined;
};

/**
 * Turns a connected TCP socket into a TLS one after `<proceed/>` (RFC 6120 §5.4.3). xmpp.js's own step knows
 * neither a CA bundle nor an unverified connection.
 *
 * @throws what TLS says of the certificate, or that the server hung up
 */
export function upgradeToTls(socket: Socket, options: TlsOptions): Promise<TLSSocket> {
  const { domain, verify, ca } = options;
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      host: domain, // the name to verify
      rejectUnauthorized: verify,
      ...(isIP(domain) === 0 ? { servername: domain } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => onError(new XmppLinkError('the server hung up during the TLS handshake'));
    const onSecure = () => settle(() => resolve(secured));
    function settle(action: () => void): void {
      secured.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      // Without a listener a late error would end the process; the library adds its own later.
      secured.on('error', () => undefined);
      action();
    }
    secured.on('secureConnect', onSecure).on('error', onError).on('close', onClose);
  });
}
