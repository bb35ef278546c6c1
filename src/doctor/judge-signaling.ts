import { bad, doubtful, good, unknown, type Verdict } from './verdict.ts';

export type XmppFacts = {
  readonly id: string;
  /** `host:port` */
  readonly server: string;
  /** Why no TCP connection came about; undefined = it did. */
  readonly failure?: string;
  /** From the running bridge: joined rooms of all, and why not; undefined = it does not run. */
  readonly rooms?: readonly {
    readonly room: string;
    readonly joined: boolean;
    readonly reason?: string;
  }[];
  /** What the running bridge says of this connection when it is not online. */
  readonly state?: string;
};

/** One login: the server can be reached, the brewery room is entered. */
export function judgeXmpp({ id, server, failure, rooms, state }: XmppFacts): Verdict[] {
  const check = `XMPP ${id}`;
  if (failure !== undefined) {
    return [
      bad(check, {
        found: `${server} cannot be reached: ${failure}`,
        why: 'Jicofo finds bridges in the brewery room of this server only',
        todo: 'check HOSTNAME and PORT, that Prosody runs, and the firewall between',
      }),
    ];
  }
  if (!rooms)
    return [
      good(check, `${server} can be reached; whether the login works shows when the bridge runs`),
    ];
  if (state !== undefined) {
    return [
      bad(check, {
        found: `${server}: ${state}`,
        why: 'Jicofo does not see this bridge',
        todo: 'compare USERNAME, PASSWORD and DOMAIN with "prosodyctl" on the server',
      }),
    ];
  }
  return rooms.map(({ room, joined, reason }) =>
    joined
      ? good(check, `in ${room}`)
      : bad(check, {
          found: `not in ${room}: ${reason ?? 'no answer yet'}`,
          why: 'Jicofo looks for bridges there',
          todo: 'check MUC_JIDS against jicofo.conf (brewery-jid) and the room’s component in Prosody',
        }),
  );
}

/** @param asked conferences that were created on the running bridge; undefined = it does not run */
export function judgeFocus(asked: number | undefined): Verdict {
  const check = 'Jicofo';
  if (asked === undefined) return unknown(check, 'shows when the bridge runs');
  if (asked > 0) return good(check, `asked for ${asked} conferences so far`);
  return unknown(
    check,
    'has not asked for a conference yet; "curl localhost:8888/debug" on its machine lists the bridges it sees',
  );
}

export type WebSocketFacts = {
  readonly domain: string;
  /** The status of an upgrade with a wrong password, and the beginning of what came with it. */
  readonly answer?: { readonly status: number; readonly body: string };
  readonly failure?: string;
  readonly running: boolean;
};

/** Whether clients get through the proxy to the bridge channel. */
export function judgeWebSocket({ domain, answer, failure, running }: WebSocketFacts): Verdict {
  const check = `bridge channel ${domain}`;
  const why = 'clients without it get the lowest video quality and no speaker changes';
  if (!answer) {
    return doubtful(check, {
      found: `https://${domain} cannot be reached from here: ${failure ?? 'no answer'}`,
      why,
      todo: 'check the name and port in videobridge.websockets.domains; some networks cannot reach their own public address, then try from outside',
    });
  }
  const { status, body } = answer;
  const fromProxy = /^\s*</.test(body);
  if (!fromProxy && [400, 401, 403, 404].includes(status) && running) {
    return good(check, 'leads to the bridge');
  }
  if ([502, 503, 504].includes(status)) {
    const trouble = {
      found: `the web server answers ${status}: it cannot reach the bridge`,
      why,
      todo: 'its /colibri-ws/ location must point to the host and port of videobridge.http-servers.public',
    };
    return running ? bad(check, trouble) : unknown(check, `${trouble.found}, which does not run`);
  }
  return bad(check, {
    found: `the web server answers ${status} itself`,
    why,
    todo: 'add a location for /colibri-ws/ that passes Upgrade and Connection on (docs/bridge-channel-transport.md), or set websockets.enabled = false to use SCTP',
  });
}

/** @param fault what /about/health says; undefined = healthy */
export function judgeHealth(running: boolean, fault: string | undefined): Verdict {
  const check = 'bridge';
  if (!running) return unknown(check, 'does not run with this configuration');
  if (fault === undefined) return good(check, 'runs and is healthy');
  return bad(check, {
    found: `runs and says: ${fault}`,
    why: 'Jicofo gives it no conferences',
    todo: 'see the other checks and its log',
  });
}

/** @param warnings of the configuration, in words */
export function judgeConfiguration(
  files: readonly string[],
  warnings: readonly string[],
): Verdict[] {
  const check = 'configuration';
  if (warnings.length === 0) return [good(check, files.join(', '))];
  return warnings.map((found) =>
    doubtful(check, {
      found,
      why: 'it is not obeyed as it stands',
      todo: '"trestle config" shows what counts; docs/configuration.md says why',
    }),
  );
}
