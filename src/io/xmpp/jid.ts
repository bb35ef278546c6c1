/** The parts of `local@domain/resource` (RFC 7622 §3.1); no preparation beyond splitting. */
export type JidParts = {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
};

/** Splits an address; the resource may itself contain `@` and `/`. */
export function splitJid(jid: string): JidParts {
  const slash = jid.indexOf('/');
  const bare = slash < 0 ? jid : jid.slice(0, slash);
  const at = bare.indexOf('@');
  return {
    local: at < 0 ? '' : bare.slice(0, at),
    domain: bare.slice(at + 1),
    resource: slash < 0 ? '' : jid.slice(slash + 1),
  };
}

/** The bare address in lower case, for comparing: local part and domain are case-insensitive, a resource is not. */
export function bareJid(jid: string): string {
  const slash = jid.indexOf('/');
  return (slash < 0 ? jid : jid.slice(0, slash)).toLowerCase();
}
