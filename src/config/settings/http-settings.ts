import { boolean, portOrOff, secret, text, textList } from '../reader.ts';
import { differently, obeyed, optional, under, unsupported } from '../setting.ts';

const cipherSuites = [
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
];

const restSettings = {
  'videobridge.apis.rest.enabled': obeyed(
    boolean,
    false,
    'Serve /colibri/stats, /colibri/v2/conferences, /colibri/muc-client and /colibri/debug.',
  ),
  'videobridge.rest.debug.enabled': differently(
    obeyed(boolean, true, 'Serve /debug.'),
    'The state shown is this bridge’s own, not the JVB’s.',
  ),
  'videobridge.rest.drain.enabled': obeyed(boolean, true, 'Serve /colibri/drain.'),
  'videobridge.rest.health.enabled': obeyed(boolean, true, 'Serve /about/health.'),
  'videobridge.rest.prometheus.enabled': obeyed(boolean, true, 'Serve /metrics.'),
  'videobridge.rest.rtcstats.enabled': obeyed(
    boolean,
    true,
    'Serve the debug view that rtcstats reads.',
  ),
  'videobridge.rest.shutdown.enabled': obeyed(
    boolean,
    false,
    'Serve /colibri/shutdown; needs videobridge.apis.rest.enabled as well.',
  ),
  'videobridge.rest.version.enabled': obeyed(boolean, true, 'Serve /about/version.'),
} as const;

const publicServer = {
  port: obeyed(portOrOff, -1, 'Port of the server for WebSockets, without TLS; -1 = off.'),
  'tls-port': obeyed(
    portOrOff,
    -1,
    'Its port with TLS, used instead once there is a key store; -1 = off.',
  ),
  host: optional(text, 'Address to listen on; all if unset.'),
} as const;

const privateServer = {
  port: obeyed(portOrOff, 8080, 'Port of the control interface, without TLS; -1 = off.'),
  'tls-port': obeyed(
    portOrOff,
    8443,
    'Its port with TLS, used instead once there is a key store; -1 = off.',
  ),
  host: obeyed(text, '127.0.0.1', 'Address to listen on.'),
} as const;

/** What both servers have; Jetty’s keys, not in the JVB’s reference.conf. */
const anyServer = {
  'key-store-path': differently(
    optional(text, 'Key store (PKCS#12); setting it switches this server to TLS.'),
    'PEM with key and certificates is taken, too; one of JDK 8 has to be converted, a warning says how.',
  ),
  'key-store-password': optional(secret, 'Password of the key store.'),
  'need-client-auth': obeyed(
    boolean,
    false,
    'Take only clients with a certificate that the key store trusts.',
  ),
  'send-server-version': unsupported(boolean, false, 'No Server header is sent.'),
  'tls-protocols': differently(
    obeyed(textList, ['TLSv1.2', 'TLSv1.3'], 'Versions of TLS.'),
    'Those between the lowest and the highest named.',
  ),
  'tls-cipher-suites': obeyed(textList, cipherSuites, 'Cipher suites, by their IANA names.'),
} as const;

export const httpSettings = {
  ...restSettings,
  ...under('videobridge.http-servers.public', { ...publicServer, ...anyServer }),
  ...under('videobridge.http-servers.private', { ...privateServer, ...anyServer }),
} as const;
