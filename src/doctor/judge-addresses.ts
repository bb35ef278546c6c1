import { bad, doubtful, good, type Verdict } from './verdict.ts';

export type AddressFacts = {
  /** What clients are told, without repetition. */
  readonly advertised: readonly string[];
  readonly hasValidAddress: boolean;
  readonly stunFailed: boolean;
  /** Mappings that have no effect, in words. */
  readonly doubts: readonly string[];
};

/** The most frequent reason for calls that work with two (directly) and not with three (through the bridge). */
export function judgeAddresses(facts: AddressFacts): Verdict[] {
  const { advertised, hasValidAddress, stunFailed, doubts } = facts;
  const told = advertised.join(', ') || 'nothing';
  const check = 'addresses for clients';
  const main = hasValidAddress
    ? good(check, told)
    : bad(check, {
        found: `${told}: none that the internet can reach`,
        why: 'behind NAT clients outside get no media; calls of two may still work, as they go past the bridge',
        todo: 'set ice4j.harvest.mapping.static-mappings to the public address, or stun.addresses; in a network of your own set videobridge.health.require-valid-address = false',
      });
  const stun = stunFailed
    ? [
        doubtful('STUN', {
          found: 'no STUN server answered',
          why: 'the public address was to come from there',
          todo: 'let UDP out to the servers in ice4j.harvest.mapping.stun.addresses, or use a static mapping',
        }),
      ]
    : [];
  const mappings = doubts.map((found) =>
    doubtful('address mapping', {
      found,
      why: 'a mapping for an address that is not this machine’s is ignored',
      todo: 'set local-address to one that "ip -br address" shows',
    }),
  );
  return [main, ...stun, ...mappings];
}
