// What can be said on the command line: `parseArgs` reads this table, and so does the help.

export const modes = {
  quick: 'two minutes, no settings: a growing meeting against a bridge started for it',
  step: 'climbs the sizes until one breaks a limit: finds how far it goes',
  soak: 'holds the largest size for --duration seconds, people coming and going: slopes of memory and delay',
  spike: 'the smallest size, the largest at once, the smallest again',
  chaos: 'runs a command mid-way (--run) and measures how long until everybody is served again',
  certify:
    'what kernel and crypto could do, and `step` for four shapes of rooms: a written capacity',
} as const;

export type Mode = keyof typeof modes;

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly default?: string | boolean;
  /** A place holder for its value. */
  readonly value?: string;
  /** What it does, with its unit and, unless `default` says it, what is done without it. */
  readonly text: string;
  /** Where it means something; elsewhere it is refused. Left out: in every mode. */
  readonly modes?: readonly Mode[];
};

export const options = {
  url: {
    type: 'string',
    value: 'URL',
    text: "the bridge's private REST interface (Colibri2), http://127.0.0.1:8080; without it and --xmpp a bridge is started for the run",
  },
  xmpp: {
    type: 'string',
    value: 'URL',
    text: 'join through the XMPP server and focus of a deployment: xmpp://127.0.0.1:5222 or wss://host/xmpp-websocket; --url beside it adds figures of the bridge',
  },
  domain: { type: 'string', value: 'NAME', text: 'XMPP domain of the deployment, for --xmpp' },
  muc: { type: 'string', value: 'NAME', text: 'where its rooms are (conference.DOMAIN)' },
  focus: { type: 'string', value: 'JID', text: 'its focus component (focus.DOMAIN)' },
  'i-own-this-host': {
    type: 'boolean',
    default: false,
    text: 'your word that load may be put on another machine than this one',
  },
  scenario: {
    type: 'string',
    value: 'NAME|FILE',
    default: 'meeting',
    text: 'who is in which room: one of those above, or a .yaml, .json, .mjs, .js or .ts file of your own',
    modes: ['quick', 'step', 'soak', 'spike', 'chaos'],
  },
  sizes: {
    type: 'string',
    value: 'N,N,…',
    text: "rising sizes, people or rooms as the scenario counts (the scenario's own)",
  },
  'step-seconds': {
    type: 'string',
    value: 'S',
    text: 'seconds each size is measured (quick 8, others 20)',
  },
  settle: {
    type: 'string',
    value: 'S',
    default: '2',
    text: 'seconds from the last join of a size to its measurement; more where the bridge is to warm up first',
  },
  duration: {
    type: 'string',
    value: 'S',
    text: 'seconds the whole run may take (quick 95, others 3600); what would not fit is left out',
    modes: ['quick', 'step', 'soak', 'certify'],
  },
  'join-rate': {
    type: 'string',
    value: 'N',
    text: "how many start to join a second, 0 = all at once and into empty rooms (the scenario's own)",
  },
  churn: {
    type: 'string',
    value: 'N',
    default: '0',
    text: 'people a minute who leave and are replaced',
    modes: ['soak'],
  },
  'native-seconds': {
    type: 'string',
    value: 'S',
    default: '2',
    text: 'seconds each of the things that kernel and crypto could do is measured',
    modes: ['certify'],
  },
  processes: {
    type: 'string',
    value: 'N',
    text: 'generator processes that share the clients (half of the cores, at most 8)',
  },
  codec: { type: 'string', value: 'NAME', default: 'VP8', text: 'of cameras: VP8, VP9 or AV1' },
  channel: {
    type: 'string',
    value: 'KIND',
    default: 'websocket',
    text: 'bridge channel: websocket or sctp',
  },
  view: {
    type: 'string',
    value: 'KIND',
    default: 'tile',
    text: 'how people look at a meeting: tile or stage',
  },
  'last-n': {
    type: 'string',
    value: 'N',
    default: '-1',
    text: 'how many cameras each asks for, -1 = all',
  },
  loudest: {
    type: 'string',
    value: 'N',
    default: '0',
    text: 'how many voices of a room the bridge sends at a time, where that is the loudest only (videobridge.loudest), 0 = all',
    modes: ['quick', 'step', 'soak', 'spike', 'chaos'],
  },
  loss: {
    type: 'string',
    value: '%',
    default: '0',
    text: "percent lost in each client's own network, either way",
  },
  burst: {
    type: 'string',
    value: 'N',
    default: '1',
    text: 'how many of those in a row, on average',
  },
  delay: {
    type: 'string',
    value: 'MS',
    default: '0',
    text: "milliseconds added by each client's own network, either way",
  },
  cap: {
    type: 'string',
    value: 'KBPS',
    default: '0',
    text: "kbit/s of each client's own network, either way, 0 = no cap",
  },
  run: {
    type: 'string',
    value: 'COMMAND',
    text: "shell command for mid-way; BRIDGE_PID is the bridge's process id",
    modes: ['chaos'],
  },
  json: { type: 'string', value: 'FILE', text: 'writes the report, for `compare`' },
  html: {
    type: 'string',
    value: 'FILE',
    text: 'writes the report, or the capacity, as one page that needs nothing else',
  },
  help: { type: 'boolean', short: 'h', default: false, text: 'prints this' },
  version: { type: 'boolean', default: false, text: 'prints the version' },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof options;

/** Whether an option means something in a mode. */
export function isFor(name: OptionName, mode: Mode): boolean {
  const option: Option = options[name];
  return option.modes?.includes(mode) ?? true;
}
