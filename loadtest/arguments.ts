import { closeSync, openSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Deployment } from './control/xmpp/participant.ts';
import type { NetworkProfile } from './media/link.ts';
import type { VideoCodec } from './media/trace.ts';
import type { Knobs, Scenario } from './scenario/scenario.ts';
import {
  bundledNames,
  bundledScenario,
  isScenarioFile,
  loadScenario,
  ScenarioError,
} from './scenarios/load-scenario.ts';
import { JOINING_S } from './mode/step.ts';
import { closestKey } from '../src/config/closest-key.ts';
import { helpText } from './help.ts';
import { isFor, type Mode, modes, type OptionName, options } from './options.ts';
import { isLoopbackHost, notOurs } from './bridge/loopback.ts';
import { messageOf } from '../src/base/message-of.ts';

/** A wrong argument; the text is for the person who typed it. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export type RunArguments = {
  readonly command: Mode;
  readonly scenario: Scenario;
  /** The bridge's private REST interface; undefined = start a bridge for the run. */
  readonly url: URL | undefined;
  /** Join through an XMPP server and its focus; undefined = Colibri2 straight to the bridge. */
  readonly deployment: Deployment | undefined;
  /** The user's word that load may go to other machines. */
  readonly ownsTarget: boolean;
  readonly knobs: Knobs;
  readonly sizes: readonly number[] | undefined;
  readonly stepSeconds: number;
  /** After clients came in, before a step is measured. */
  readonly settleSeconds: number;
  readonly durationSeconds: number | undefined;
  readonly joinsPerSecond: number | undefined;
  readonly churnPerMinute: number;
  /** Each case of `native-bench`. */
  readonly nativeSeconds: number;
  /** Generator processes that share the clients. */
  readonly processes: number;
  /** A shell command for `chaos`. */
  readonly chaosCommand: string | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
};

export type CompareArguments = {
  readonly command: 'compare';
  readonly before: string;
  readonly after: string;
};

const XMPP_SERVICE = /^(?:xmpps?|wss?):$/;

/** Where nobody says how many: a machine with more cores has other things to do too. */
const MAX_PROCESSES = 8;

/** Help or the version was asked for: this is it. */
export type PrintArguments = { readonly command: 'print'; readonly text: string };

/**
 * Reads the command line, and the scenario file it may name.
 * @throws ArgumentError
 */
export async function readArguments(
  argv: readonly string[],
  version: string,
): Promise<RunArguments | CompareArguments | PrintArguments> {
  const { values, positionals, names } = parse(argv);
  const [command, ...rest] = positionals;
  if (values.version) return { command: 'print', text: version };
  if (values.help) return { command: 'print', text: helpText(modeNamed(command)) };
  if (command === 'compare') return compareArguments(rest);
  const mode = requiredMode(command, rest);
  refuseStrangers(mode, names);
  return runArguments(mode, values);
}

type Values = ReturnType<typeof parse>['values'];

async function runArguments(command: Mode, values: Values): Promise<RunArguments> {
  const times = timesFrom(command, values);
  const loudest = wholeNumber('loudest', values.loudest, 0);
  if (command === 'chaos' && values.run === undefined) {
    throw new ArgumentError('chaos needs --run "COMMAND": what to do to the bridge mid-way');
  }
  return {
    command,
    scenario: heardInPart(await scenarioFrom(values.scenario), loudest),
    url: targetUrl('url', values.url, values['i-own-this-host']),
    deployment: deploymentFrom(values),
    ownsTarget: values['i-own-this-host'],
    knobs: {
      codec: oneOf<VideoCodec>('codec', values.codec.toUpperCase(), ['VP8', 'VP9', 'AV1']),
      channel: oneOf('channel', values.channel, ['websocket', 'sctp']),
      view: oneOf('view', values.view, ['tile', 'stage']),
      lastN: wholeNumber('last-n', values['last-n'], -1),
      loudest,
      network: networkProfile(values),
    },
    sizes: values.sizes === undefined ? undefined : sizesFrom(values.sizes),
    ...times,
    joinsPerSecond: optionalNumber('join-rate', values['join-rate']),
    churnPerMinute: number('churn', values.churn),
    nativeSeconds: number('native-seconds', values['native-seconds'], 0.01),
    processes: processesFrom(values.processes),
    chaosCommand: values.run,
    json: writableFile('json', values.json),
    html: writableFile('html', values.html),
  };
}

/** @returns what `parseArgs` does, and the long options as they were written */
function parse(argv: readonly string[]) {
  const names = knownNames(argv);
  try {
    return { ...parseArgs({ args: [...argv], options, allowPositionals: true }), names };
  } catch (error) {
    throw new ArgumentError(messageOf(error));
  }
}

/** `parseArgs` would say so too, in words for the author of a program. */
function knownNames(argv: readonly string[]): readonly OptionName[] {
  const known = Object.keys(options);
  return optionTokens(argv).map(({ name, rawName }) => {
    if (isOption(name)) return name;
    throw new ArgumentError(`there is no option ${rawName}${hint(name, known, '--')}`);
  });
}

/** An option that means nothing in a mode would be taken for one that worked. */
function refuseStrangers(mode: Mode, names: readonly OptionName[]): void {
  const stranger = names.find((name) => !isFor(name, mode));
  if (stranger === undefined) return;
  const others = (Object.keys(modes) as Mode[]).filter((each) => isFor(stranger, each));
  throw new ArgumentError(`--${stranger} means nothing to ${mode}; it is for ${others.join(', ')}`);
}

/** Options as they were written, without the value of another one that looks like it. */
function optionTokens(argv: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.filter((token) => token.kind === 'option');
}

function modeNamed(name: string | undefined): Mode | 'compare' | undefined {
  return name === 'compare' || isMode(name) ? name : undefined;
}

function requiredMode(name: string | undefined, rest: readonly string[]): Mode {
  const known = [...Object.keys(modes), 'compare'];
  if (name === undefined) {
    throw new ArgumentError(`say what to do: ${known.join(', ')}; --help explains`);
  }
  if (!isMode(name)) {
    throw new ArgumentError(
      `there is no mode "${name}"${hint(name, known)}; there are ${known.join(', ')}`,
    );
  }
  const [extra] = rest;
  if (extra !== undefined) {
    throw new ArgumentError(
      `"${extra}" is too much: ${name} takes options only, see trestle-load ${name} --help`,
    );
  }
  return name;
}

function hint(word: string, known: Iterable<string>, prefix = ''): string {
  const closest = closestKey(word, known);
  return closest === undefined ? '' : `; did you mean ${prefix}${closest}?`;
}

function compareArguments(files: readonly string[]): CompareArguments {
  const [before, after, ...more] = files;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new ArgumentError('compare takes two reports: compare BEFORE.json AFTER.json');
  }
  return { command: 'compare', before, after };
}

/** A run without time for a single step would find nothing. */
function timesFrom(
  command: Mode,
  values: Values,
): Pick<RunArguments, 'stepSeconds' | 'settleSeconds' | 'durationSeconds'> {
  const stepSeconds =
    optionalNumber('step-seconds', values['step-seconds'], 1) ?? (command === 'quick' ? 8 : 20);
  const settleSeconds = number('settle', values.settle);
  const durationSeconds = optionalNumber('duration', values.duration);
  const least = JOINING_S + settleSeconds + stepSeconds;
  if (durationSeconds !== undefined && durationSeconds < least) {
    throw new ArgumentError(
      `--duration ${durationSeconds} has no room for one step, which takes ${least} s: ${JOINING_S} for joining, ${settleSeconds} --settle, ${stepSeconds} --step-seconds`,
    );
  }
  return { stepSeconds, settleSeconds, durationSeconds };
}

/** Better now than when the run is over. */
function writableFile(name: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new ArgumentError(`--${name}: ${messageOf(error)}`);
  }
  return file;
}

/** Load on somebody else's machine is an attack, so anything but this machine needs the user's word. */
function targetUrl(name: string, text: string | undefined, owned: boolean): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.hostname === '') {
    const scheme = name === 'xmpp' ? 'xmpp' : 'http';
    throw new ArgumentError(`--${name} ${text} is not a URL; did you mean ${scheme}://${text}?`);
  }
  if (!isLoopbackHost(url.hostname) && !owned) {
    throw new ArgumentError(notOurs(url.hostname));
  }
  return url;
}

function deploymentFrom(values: {
  readonly xmpp?: string | undefined;
  readonly domain?: string | undefined;
  readonly muc?: string | undefined;
  readonly focus?: string | undefined;
  readonly 'i-own-this-host': boolean;
}): Deployment | undefined {
  const service = targetUrl('xmpp', values.xmpp, values['i-own-this-host']);
  const stranger = (['domain', 'muc', 'focus'] as const).find((name) => values[name] !== undefined);
  if (!service && stranger) {
    throw new ArgumentError(`--${stranger} is of a deployment that --xmpp leads to: give both`);
  }
  if (!service) return undefined;
  if (!XMPP_SERVICE.test(service.protocol)) {
    throw new ArgumentError(
      `--xmpp is an xmpp://, xmpps://, ws:// or wss:// address, not ${service.href}`,
    );
  }
  const { domain } = values;
  if (domain === undefined)
    throw new ArgumentError('--xmpp needs --domain, the XMPP domain of the deployment');
  return {
    service: values.xmpp ?? '',
    domain,
    mucDomain: values.muc ?? `conference.${domain}`,
    focusJid: values.focus ?? `focus.${domain}`,
  };
}

function networkProfile(values: {
  loss: string;
  burst: string;
  delay: string;
  cap: string;
}): NetworkProfile {
  const lossPercent = number('loss', values.loss);
  if (lossPercent > 100) throw new ArgumentError('--loss is a percentage');
  return {
    loss: lossPercent / 100,
    burst: Math.max(1, number('burst', values.burst)),
    delayMs: number('delay', values.delay),
    capBps: number('cap', values.cap) * 1000,
  };
}

/** A bundled one by its name, or a file. */
async function scenarioFrom(text: string): Promise<Scenario> {
  const name = bundledNames.find((each) => each === text);
  if (name !== undefined) return bundledScenario(name);
  if (!isScenarioFile(text)) {
    throw new ArgumentError(
      `no scenario "${text}"${hint(text, bundledNames)}; there are ${bundledNames.join(', ')}, or give a file (./mine.yaml)`,
    );
  }
  try {
    return await loadScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) throw new ArgumentError(`--scenario ${error.message}`);
    throw error;
  }
}

/** Who begins to speak has to be among the loudest first: the start of a word is cut, unless the scenario's author knows better. */
function heardInPart(scenario: Scenario, loudest: number): Scenario {
  if (loudest === 0) return scenario;
  return { ...scenario, limits: { audioGapsPerMinute: undefined, ...scenario.limits } };
}

function sizesFrom(text: string): readonly number[] {
  const sizes = text.split(',').map((each) => wholeNumber('sizes', each, 1));
  if (sizes.some((size, place) => place > 0 && size <= (sizes[place - 1] ?? 0))) {
    throw new ArgumentError('--sizes must rise, for instance 4,8,16');
  }
  return sizes;
}

/** Half of the cores, so that a bridge on the same machine has the other half. */
function processesFrom(text: string | undefined): number {
  if (text !== undefined) return wholeNumber('processes', text, 1);
  return Math.min(MAX_PROCESSES, Math.max(1, Math.floor(cpus().length / 2)));
}

function oneOf<const T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined)
    throw new ArgumentError(`--${name} is ${allowed.join(' or ')}, not "${text}"`);
  return found;
}

function optionalNumber(name: string, text: string | undefined, min = 0): number | undefined {
  return text === undefined ? undefined : number(name, text, min);
}

function number(name: string, text: string, min = 0): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || value < min) {
    throw new ArgumentError(`--${name} must be a number of at least ${min}, not "${text}"`);
  }
  return value;
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = number(name, text, min);
  if (!Number.isInteger(value))
    throw new ArgumentError(`--${name} takes whole numbers, not "${text}"`);
  return value;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

function isMode(text: string | undefined): text is Mode {
  return text !== undefined && Object.hasOwn(modes, text);
}
