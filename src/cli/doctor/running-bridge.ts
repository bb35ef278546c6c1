import type { HttpServerConfig } from '../../config/bridge-config.ts';

/** What a running bridge of this configuration says of itself. */
export type RunningBridge = {
  /** Undefined = healthy. */
  readonly fault?: string;
  readonly conferencesCreated: number;
  readonly links: readonly RunningLink[];
};

type RunningLink = {
  readonly id: string;
  readonly state: { readonly type: string; readonly reason?: string };
  readonly lastError?: string;
  readonly rooms: readonly {
    readonly jid: string;
    readonly state: { readonly type: string; readonly reason?: string };
  }[];
};

const limitMs = 3000;

/** Asks the private API; undefined where no bridge of ours answers (a JVB on the same port is none). */
export async function findRunningBridge(
  server: HttpServerConfig | undefined,
): Promise<RunningBridge | undefined> {
  if (!server || server.tls) return undefined;
  const base = baseUrl(server);
  const get = (path: string) => fetch(base + path, { signal: AbortSignal.timeout(limitMs) });
  try {
    const metrics = await (await get('/metrics')).text();
    if (!/^trestle_/m.test(metrics)) return undefined;
    const health = await get('/about/health');
    const debug = (await (await get('/debug')).json()) as { xmpp?: readonly RunningLink[] };
    const created = /^jitsi_jvb_conferences_created(?:_total)? (\d+)/m.exec(metrics)?.[1];
    return {
      ...(!health.ok && { fault: await health.text() }),
      conferencesCreated: Number(created ?? 0),
      links: debug.xmpp ?? [],
    };
  } catch {
    return undefined;
  }
}

function baseUrl({ host = '', port }: HttpServerConfig): string {
  const name = ['', '0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
