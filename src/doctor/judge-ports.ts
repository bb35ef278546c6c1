import { bad, doubtful, good, unknown, type Verdict } from './verdict.ts';

export type PortFacts = {
  readonly purpose: 'media (UDP)' | 'media (TCP)' | 'private HTTP' | 'public HTTP';
  /** `address:port` */
  readonly where: string;
  readonly state: 'free' | 'taken' | 'no such address' | 'not allowed';
  /** Who has it: program and process id, where that can be seen. */
  readonly owner?: string;
  /** The owner is a running bridge of this configuration. */
  readonly ours: boolean;
};

/** A port is fine when it is free, or taken by the bridge itself. */
export function judgePort({ purpose, where, state, owner, ours }: PortFacts): Verdict {
  const check = `port: ${purpose}`;
  switch (state) {
    case 'free':
      return ours
        ? doubtful(check, {
            found: `${where} is not open, though the bridge runs`,
            why: 'the running bridge has another configuration, or could not open it',
            todo: 'look at its log, restart it',
          })
        : good(check, `${where} is free`);
    case 'taken':
      if (ours) return good(check, `${where} is the bridge’s`);
      return (purpose === 'media (TCP)' ? doubtful : bad)(check, {
        found: `${where} is taken by ${owner ?? 'another program'}`,
        why:
          purpose === 'media (TCP)'
            ? 'clients whose network blocks UDP get no media'
            : 'the bridge cannot start',
        todo: `end it${owner === undefined ? ' (as root, "ss -lunpt" names it)' : ''}, or choose another port`,
      });
    case 'no such address':
      return bad(check, {
        found: `${where} is no address of this machine`,
        why: 'the bridge cannot start',
        todo: 'set the host to an address that "ip -br address" shows, or leave it out',
      });
    case 'not allowed':
      return unknown(check, `${where} needs privileges that this user has not`);
  }
}

export type FirewallFacts = {
  /** What lists the rules: nft, iptables or ufw. */
  readonly tool: string;
  readonly rules: string;
};

/** A hint only: what is dropped before this machine cannot be seen here. */
export function judgeFirewall(facts: FirewallFacts | undefined, udpPort: number): Verdict {
  const check = 'firewall';
  if (!facts)
    return unknown(
      check,
      `no rules can be read here (root sees them); UDP ${udpPort} has to be let in, also by the provider’s firewall`,
    );
  const drops = /policy drop|hook input[^}]*\bdrop\b|-P INPUT (DROP|REJECT)|^ENABLED=yes/ims.test(
    facts.rules,
  );
  const named = new RegExp(`\\b${udpPort}\\b`).test(facts.rules);
  if (!drops) return good(check, `${facts.tool}: nothing that drops what comes in`);
  if (named) return good(check, `${facts.tool}: has a rule for ${udpPort}`);
  return doubtful(check, {
    found: `${facts.tool} drops what no rule lets in, and none names UDP ${udpPort}`,
    why: 'media cannot reach the bridge',
    todo: `let UDP ${udpPort} in, for example: ufw allow ${udpPort}/udp`,
  });
}
