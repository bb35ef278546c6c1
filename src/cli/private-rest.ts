/** What went wrong and what to do, in one line. */
export class RestError extends Error {
  override readonly name = 'RestError';
}

export type BridgeLoad = { readonly endpoints: number; readonly conferences: number };

const timeoutMs = 10_000;

/** The private HTTP server of a running bridge, asked by a command. */
export class PrivateRest {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  /**
   * @param keys that switch the path on, for whoever finds it off
   * @throws RestError
   */
  async post(path: string, keys: string, body?: unknown): Promise<void> {
    const reply = await this.#fetch(path, {
      method: 'POST',
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (reply === undefined) {
      throw new RestError(
        `nothing answers at ${this.#url}: is the bridge running there? --url names another address`,
      );
    }
    if (reply.ok) return;
    if (reply.status === 404) throw new RestError(`${path} is switched off: set ${keys} = true`);
    throw new RestError(`${this.#url}${path} answers ${reply.status}: ${await reply.text()}`);
  }

  /**
   * What is on the bridge now; undefined = it does not answer any more.
   * @throws RestError
   */
  async load(): Promise<BridgeLoad | undefined> {
    const metrics = await this.#fetch('/metrics', { headers: { accept: 'application/json' } });
    const reply = metrics?.status === 404 ? await this.#fetch('/colibri/stats', {}) : metrics;
    if (reply === undefined) return undefined;
    const figures: unknown = reply.ok ? await reply.json() : undefined;
    const endpoints = numberOf(figures, 'local_endpoints');
    const conferences = numberOf(figures, 'conferences');
    if (endpoints === undefined || conferences === undefined) {
      throw new RestError(
        `${this.#url} tells no figures: set videobridge.rest.prometheus.enabled = true to wait`,
      );
    }
    return { endpoints, conferences };
  }

  async #fetch(path: string, request: RequestInit): Promise<Response | undefined> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return await fetch(this.#url + path, { ...request, signal });
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') {
        throw new RestError(`${this.#url} has not answered for ${timeoutMs / 1000} s`);
      }
      return undefined;
    }
  }
}

function numberOf(figures: unknown, key: string): number | undefined {
  if (typeof figures !== 'object' || figures === null) return undefined;
  const value: unknown = Reflect.get(figures, key);
  return typeof value === 'number' ? value : undefined;
}
