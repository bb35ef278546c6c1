import { createSecureContext } from 'node:tls';
import { err, ok, type Result } from '../../base/result.ts';

/** What TLS needs of a key store; PEM where the file is text. */
export type KeyMaterial =
  | { readonly pfx: Buffer; readonly passphrase?: string }
  | { readonly key: string; readonly cert: string; readonly passphrase?: string };

export type KeyStoreFault = {
  /** `old`: a format this runtime cannot read, which a conversion mends. */
  readonly kind: 'old' | 'broken';
  readonly message: string;
};

/** The first bytes of a Java key store as JDK 8 wrote it. */
const jksMagic = 0xfeedfeed;

/**
 * Reads a key store as Jetty took it: PKCS#12, whatever its name (JDK 9 and later write that into *.jks), or PEM with
 * key and certificates in one file.
 * @param path for messages
 */
export function readKeyStore(
  path: string,
  bytes: Buffer,
  passphrase: string | undefined,
): Result<KeyMaterial, KeyStoreFault> {
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === jksMagic) {
    return err({ kind: 'old', message: `is a Java key store of JDK 8; ${conversion(path)}` });
  }
  const secret = passphrase === undefined ? {} : { passphrase };
  const text = bytes.toString('latin1');
  const material = text.includes('-----BEGIN ')
    ? { key: text, cert: text, ...secret }
    : { pfx: bytes, ...secret };
  try {
    createSecureContext(material);
    return ok(material);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_CRYPTO_UNSUPPORTED_OPERATION' || /unsupported/i.test(message)) {
      return err({ kind: 'old', message: `uses ciphers of old; ${conversion(path)}` });
    }
    return err({
      kind: 'broken',
      message: /mac verify failure|bad decrypt/i.test(message)
        ? 'cannot be opened with the password in key-store-password'
        : `is neither a key store (PKCS#12) nor PEM with key and certificate (${message})`,
    });
  }
}

function conversion(path: string): string {
  return `convert it: keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype pkcs12`;
}
