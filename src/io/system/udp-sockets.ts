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

/** The UDP sockets of other processes of ours, read from /proc; none where there is no /proc. */
export class UdpSockets {
  /** Whose each of the table is, undefined = of none of the processes. Looked up when there is another one: that costs a call for each. */
  #owners: ReadonlyMap<string, number | undefined> = new Map();
  #pids = '';

  /** The sockets of each of `pids`, in that order. */
  read(pids: readonly number[]): readonly (readonly UdpSocket[])[] {
    if (pids.length === 0) return [];
    const all = [...table('/proc/net/udp'), ...table('/proc/net/udp6')];
    if (this.#pids !== pids.join() || !all.every(({ inode }) => this.#owners.has(inode))) {
      this.#pids = pids.join();
      const owned = new Map(pids.flatMap((pid) => socketInodes(pid).map((inode) => [inode, pid])));
      this.#owners = new Map(all.map(({ inode }) => [inode, owned.get(inode)]));
    }
    return pids.map((pid) => all.filter(({ inode }) => this.#owners.get(inode) === pid));
  }
}

function socketInodes(pid: number): readonly string[] {
  const inodes: string[] = [];
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.push(inode);
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
