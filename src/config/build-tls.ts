import type { Secret } from '../base/secret.ts';
import type { TlsConfig } from './bridge-config.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { Findings } from './findings.ts';
import { opensslCipher } from './tls/cipher-names.ts';
import { type KeyMaterial, readKeyStore } from './tls/key-store.ts';

export type ServerName = 'public' | 'private';

/** The contents of a file; undefined if it is not there or cannot be read. */
export type ReadBytes = (path: string) => Buffer | undefined;

/** `unusable`: there is a key store that cannot serve, and the operator was told. */
export type TlsOutcome = TlsConfig | 'unusable' | undefined;

const protocols = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** TLS of a server, from its key store; undefined where it has none. */
export function buildTls(
  settings: EffectiveSettings,
  name: ServerName,
  readBytes: ReadBytes,
  findings: Findings,
): TlsOutcome {
  const path = settings.get(`videobridge.http-servers.${name}.key-store-path`);
  if (path === undefined) return undefined;
  const material = readMaterial(settings, name, readBytes(path), findings);
  const versions = readVersions(settings, name, findings);
  if (!material || !versions) return 'unusable';
  return {
    material,
    needClientAuth: settings.get(`videobridge.http-servers.${name}.need-client-auth`),
    ...versions,
    ciphers: readCiphers(settings, name, findings),
  };
}

function readMaterial(
  settings: EffectiveSettings,
  name: ServerName,
  bytes: Buffer | undefined,
  findings: Findings,
): KeyMaterial | undefined {
  const key = `videobridge.http-servers.${name}.key-store-path` as const;
  const path = settings.get(key) ?? '';
  const origin = settings.origin(key);
  const where = { key: settings.written(key), ...(origin && { origin }) };
  if (!bytes) {
    findings.fail({ ...where, message: `${path} does not exist or cannot be read` });
    return undefined;
  }
  const password: Secret | undefined = settings.get(
    `videobridge.http-servers.${name}.key-store-password`,
  );
  const read = readKeyStore(path, bytes, password?.reveal());
  if (read.ok) return read.value;
  const said = `${path} ${read.error.message}`;
  if (read.error.kind === 'broken') findings.fail({ ...where, message: said });
  else {
    const until = name === 'public' ? 'is off' : 'speaks plain HTTP, on loopback';
    const message = `${said}; until then this server ${until}`;
    findings.add({ ...where, level: 'warn', code: 'unsupported', message });
  }
  return undefined;
}

function readVersions(settings: EffectiveSettings, name: ServerName, findings: Findings) {
  const key = `videobridge.http-servers.${name}.tls-protocols` as const;
  const written = settings.get(key);
  const wanted = protocols.filter((version) => written.includes(version));
  const [minVersion, maxVersion] = [wanted[0], wanted.at(-1)];
  if (minVersion !== undefined && maxVersion !== undefined) return { minVersion, maxVersion };
  findings.fail({ key, message: `expected some of ${protocols.join(', ')}` });
  return undefined;
}

function readCiphers(settings: EffectiveSettings, name: ServerName, findings: Findings): string[] {
  const key = `videobridge.http-servers.${name}.tls-cipher-suites` as const;
  return settings.get(key).flatMap((suite) => {
    const translated = opensslCipher(suite);
    if (translated !== undefined) return [translated];
    const message = `${suite} is unknown here and left out`;
    findings.add({ level: 'warn', code: 'unsupported', key, message });
    return [];
  });
}
