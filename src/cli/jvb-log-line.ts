/** Levels of pino and what java.util.logging calls them. */
const levels: readonly (readonly [least: number, name: string])[] = [
  [50, 'SEVERE'],
  [40, 'WARNING'],
  [30, 'INFO'],
  [20, 'FINE'],
  [0, 'FINER'],
];

/** Our names of context and JVB's (operations.md §8.1). */
const contextNames: Readonly<Record<string, string>> = {
  conf: 'confId',
  room: 'conf_name',
  meeting: 'meeting_id',
  endpoint: 'epId',
  xmpp: 'id',
};

type Entry = Readonly<Record<string, unknown>>;

/**
 * One entry of the log as a JVB writes it, for those who read `jvb.log` with their own tools:
 * `JVB 2026-08-19 16:20:05.123 INFO: [4711] [confId=5f1c… epId=ab12cd34] trestle#0: ICE connected key=value`.
 * @param json a line pino made
 */
export function jvbLogLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Entry;
  const context = Object.entries(fields).filter(([key]) => Object.hasOwn(contextNames, key));
  const details = Object.entries(fields).filter(([key]) => !Object.hasOwn(contextNames, key));
  const inBrackets = context.map(([key, value]) => pair(contextNames[key] ?? key, value));
  const parts = [
    'JVB',
    localTime(Number(time)),
    `${levelName(Number(level))}:`,
    `[${process.pid}]`,
    ...(inBrackets.length > 0 ? [`[${inBrackets.join(' ')}]`] : []),
    'trestle#0:',
    String(msg),
    ...details.map(([key, value]) => pair(key, value)),
  ];
  return [parts.join(' '), ...stackOf(err)].join('\n');
}

/** Nothing may begin a line of its own: what a client says could look like an entry. */
function pair(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${key}=${text.replaceAll(/[\r\n]+/g, ' ')}`;
}

function levelName(level: number): string {
  return levels.find(([least]) => level >= least)?.[1] ?? 'FINER';
}

function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => two(n)).join(':');
  return `${day} ${time}.${two(date.getMilliseconds(), 3)}`;
}

function stackOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return [];
  return String(error.stack).split('\n');
}
