import { Secret } from '../base/secret.ts';
import type { Findings } from './findings.ts';
import type { HoconObject, HoconValue } from './hocon/value.ts';
import { boolean, commaText, port, scalarReader, text, type Reader } from './reader.ts';
import type { XmppClientConfig } from './xmpp-config.ts';

const required = ['HOSTNAME', 'USERNAME', 'PASSWORD', 'MUC_JIDS', 'MUC_NICKNAME'] as const;

const disableVerification = 'DISABLE_CERTIFICATE_VERIFICATION';
const clientPort = 5222;

const securityMode = choice('required', 'ifpossible', 'disabled');
const handlerMode = choice('sync', 'async');

/** STARTTLS is not insisted on towards a server on the same machine. */
const localHosts = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * The logins of `configs`, an object with one login per key. An entry that cannot be used is left out with a
 * warning, as a JVB leaves it out.
 * @param path of `configs`, for messages
 */
export function readXmppClients(
  configs: HoconObject,
  path: string,
  findings: Findings,
): XmppClientConfig[] {
  return [...configs.fields].flatMap(([id, entry]) => {
    const login = new Login(entry, `${path}.${id}`, findings);
    const client = login.read(id);
    return client ? [client] : [];
  });
}

/** One entry; the names in it are case-insensitive. */
class Login {
  readonly #entry: HoconValue;
  readonly #path: string;
  readonly #findings: Findings;
  readonly #fields = new Map<string, { readonly written: string; readonly value: HoconValue }>();

  constructor(entry: HoconValue, path: string, findings: Findings) {
    this.#entry = entry;
    this.#path = path;
    this.#findings = findings;
    if (entry.kind !== 'object') return;
    for (const [written, value] of entry.fields) {
      if (value.kind !== 'null') this.#fields.set(written.toUpperCase(), { written, value });
    }
  }

  read(id: string): XmppClientConfig | undefined {
    const fault = this.#findFault();
    if (fault !== undefined) {
      this.#leaveOut(fault);
      return undefined;
    }
    const hostname = this.#get('HOSTNAME', text, '');
    return {
      id,
      hostname,
      port: this.#get('PORT', port, clientPort),
      domain: this.#get('DOMAIN', text, hostname),
      username: this.#get('USERNAME', text, ''),
      password: new Secret(this.#get('PASSWORD', text, '')),
      mucJids: splitList(this.#get('MUC_JIDS', commaText, '')),
      mucNickname: this.#get('MUC_NICKNAME', text, ''),
      disableCertificateVerification: this.#isInsecure(),
      iqHandlerMode: this.#get('IQ_HANDLER_MODE', handlerMode, 'sync'),
      securityMode: this.#get(
        'SECURITY_MODE',
        securityMode,
        localHosts.has(hostname) ? 'ifpossible' : 'required',
      ),
    };
  }

  #findFault(): string | undefined {
    const missing = required.filter((name) => !this.#fields.has(name));
    if (missing.length > 0) return `no ${missing.join(', ')}`;
    const mode = this.#fields.get('SECURITY_MODE')?.value;
    if (!mode || securityMode.read(mode).ok) return undefined;
    return `expected ${securityMode.expected} as SECURITY_MODE`;
  }

  /** What the entry says, `fallback` without it or where that is wrong. */
  #get<T>(name: string, reader: Reader<T>, fallback: T): T {
    const field = this.#fields.get(name);
    if (!field) return fallback;
    const { origin } = field.value;
    const key = `${this.#path}.${field.written}`;
    const reading = reader.read(field.value);
    if (!reading.ok) {
      const message = `expected ${reading.expected ?? reader.expected}`;
      this.#findings.fail({ key, origin, message });
      return fallback;
    }
    if (reading.tolerated !== undefined) {
      const message = reading.tolerated;
      this.#findings.add({ level: 'warn', code: 'tolerated', key, message, origin });
    }
    return reading.value;
  }

  #isInsecure(): boolean {
    const insecure = this.#get(disableVerification, boolean, false);
    const field = this.#fields.get(disableVerification);
    if (insecure && field) {
      this.#findings.add({
        level: 'warn',
        code: 'insecure',
        key: `${this.#path}.${field.written}`,
        message: 'any certificate is accepted from this server, so the password can be intercepted',
        origin: field.value.origin,
      });
    }
    return insecure;
  }

  #leaveOut(why: string): void {
    this.#findings.add({
      level: 'warn',
      code: 'incomplete',
      key: this.#path,
      message: `this login is left out: ${why}`,
      origin: this.#entry.origin,
    });
  }
}

function splitList(joined: string): string[] {
  return joined
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** One of the words, in any case. */
function choice<T extends string>(...words: readonly T[]): Reader<T> {
  return scalarReader(`one of ${words.join(', ')}`, (written) =>
    words.find((word) => word === written.trim().toLowerCase()),
  );
}
