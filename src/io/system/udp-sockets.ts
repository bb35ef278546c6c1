import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A UDP socket as the kernel sees it (/proc/net/udp, proc(5)). */
export type UdpSocket = {
  /** `192.0.2.1:10000`, `[2001:db8::1]:10000` */
  readonly address: string;
  readonly inode: string;
  /** Bytes waiting to be read. */
  readonly queuedBytes: number;
  /** Datagrams dropped since the socket was opened: nobody read fast enough. */
  readonly drops: number;
};

/** How long the list of a process's sockets is taken to be true: media sockets are opened at its start. */
const INODES_KEPT_MS = 60_000;

/** The UDP sockets of other processes of ours, read from /proc; none where there is no /proc. */
export class UdpSockets {
  readonly #inodes = new Map<
    number,
    { readonly atMs: number; readonly inodes: ReadonlySet<string> }
  >();

  /** The sockets of each of `pids`, in that order. */
  read(pids: readonly number[], nowMs: number): readonly (readonly UdpSocket[])[] {
    for (const pid of this.#inodes.keys()) if (!pids.includes(pid)) this.#inodes.delete(pid);
    if (pids.length === 0) return [];
    const all = [...table('/proc/net/udp'), ...table('/proc/net/udp6')];
    return pids.map((pid) => {
      const inodes = this.#inodesOf(pid, nowMs);
      return all.filter(({ inode }) => inodes.has(inode));
    });
  }

  #inodesOf(pid: number, nowMs: number): ReadonlySet<string> {
    const known = this.#inodes.get(pid);
    if (known && nowMs - known.atMs < INODES_KEPT_MS) return known.inodes;
    const inodes = socketInodes(pid);
    this.#inodes.set(pid, { atMs: nowMs, inodes });
    return inodes;
  }
}

function socketInodes(pid: number): ReadonlySet<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    return inodes; // the process ended, or there is no /proc
  }
  return inodes;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed since it was listed
  }
}

function table(path: string): UdpSocket[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return [];
  }
  return text.split('\n').slice(1).flatMap(parseUdpLine);
}

/** One line of the table; nothing for what is none. */
export function parseUdpLine(line: string): UdpSocket[] {
  const fields = line.trim().split(/\s+/);
  const [, local, , , queues, , , , , inode, , , drops] = fields;
  if (local === undefined || queues === undefined || inode === undefined || drops === undefined) {
    return [];
  }
  const queuedBytes = Number.parseInt(queues.split(':')[1] ?? '0', 16);
  return [{ address: addressText(local), inode, queuedBytes, drops: Number(drops) }];
}

/** Words of the address are in the machine's byte order, the port is not. */
function addressText(hex: string): string {
  const [words = '', port = '0'] = hex.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  const portNumber = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${portNumber}`;
  const groups = Array.from({ length: 8 }, (_, place) =>
    (((bytes[2 * place] ?? 0) << 8) | (bytes[2 * place + 1] ?? 0)).toString(16),
  );
  return `[${shortened(groups)}]:${portNumber}`;
}

/** RFC 5952: the longest run of zeros as `::`. */
function shortened(groups: readonly string[]): string {
  const text = groups.join(':');
  const runs = text.match(/\b0(:0)+\b/g) ?? [];
  const longest = [...runs].sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  return text
    .replace(longest, ':')
    .replace(/^:(?!:)|(?<!:):$/, '::')
    .replaceAll(':::', '::');
}
