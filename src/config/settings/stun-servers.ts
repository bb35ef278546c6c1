import type { StunServer } from '../ice-config.ts';
import { port, textList, type Reader } from '../reader.ts';

/** The port of STUN over UDP (RFC 8489 §18.6). */
const defaultPort = 3478;

const expected = 'a list of host:port, for example ["stun.example.com:3478"]';

/** `ice4j.harvest.mapping.stun.addresses`; a port left out is 3478, where a JVB would skip the entry. */
export const stunServers: Reader<readonly StunServer[]> = {
  expected,
  read: (value) => {
    const list = textList.read(value);
    if (!list.ok) return list;
    const written = list.value.map((item) => item.trim()).filter((item) => item !== '');
    const servers = written.map(parseServer);
    if (servers.includes(undefined)) return { ok: false };
    const bare = written.some((item) => !/:\d+$/.test(item));
    return {
      ok: true,
      value: servers.filter((server) => server !== undefined),
      ...(bare && { tolerated: `a STUN server without a port; ${defaultPort} is meant` }),
      ...(list.tolerated !== undefined && { tolerated: list.tolerated }),
    };
  },
};

function parseServer(written: string): StunServer | undefined {
  const match = /^([^\s:]+)(?::(\d+))?$/.exec(written);
  const number = match?.[2] === undefined ? defaultPort : Number(match[2]);
  const origin = { file: '', line: 0, column: 0 };
  const valid = port.read({ kind: 'number', value: number, text: String(number), origin });
  return match?.[1] !== undefined && valid.ok ? { host: match[1], port: number } : undefined;
}
