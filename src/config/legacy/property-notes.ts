import type { ConfigWarning } from '../findings.ts';

type Note = Pick<ConfigWarning, 'level' | 'code' | 'message'>;

const videobridge = 'org.jitsi.videobridge.';

const web: Note = {
  level: 'warn',
  code: 'unsupported',
  message: 'the bridge no longer serves the web application; let a web server do it',
};
const recording: Note = {
  level: 'warn',
  code: 'unsupported',
  message: 'the bridge does not record',
};
const pubsub: Note = {
  level: 'warn',
  code: 'unsupported',
  message: 'statistics are not published over PubSub; read /colibri/stats or /metrics',
};
const octo: Note = {
  level: 'warn',
  code: 'unsupported',
  message: 'bridges of this era are not reached; use videobridge.relay',
};
const obsolete: Note = {
  level: 'ignore',
  code: 'obsolete',
  message: 'means nothing to a bridge of today',
};

/** Properties without a key, by prefix of the name; those of one group are told once, under `key`. */
const groups: readonly { readonly prefix: string; readonly key: string; readonly note: Note }[] = [
  ...['ProxyServlet', 'ResourceHandler', 'RewriteHandler', 'SSIResourceHandler', 'cors'].flatMap(
    (name) => [group(`rest.jetty.${name}.`, web, '*'), group(`rest.api.jetty.${name}.`, web, '*')],
  ),
  group('ENABLE_MEDIA_RECORDING', recording),
  group('MEDIA_RECORDING_', recording, '*'),
  group('PUBSUB_', pubsub, '*'),
  group('octo.', octo, '*'),
];

function group(prefix: string, note: Note, rest = '') {
  return { prefix: `${videobridge}${prefix}`, key: `${videobridge}${prefix}${rest}`, note };
}

/** What to tell about a property that stands for no key. */
export function noteOnProperty(name: string): Note & { readonly key: string } {
  const found = groups.find(({ prefix }) => name.startsWith(prefix));
  return found ? { ...found.note, key: found.key } : { ...obsolete, key: name };
}
