import type { Server } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { HttpServerConfig } from '../config/bridge-config.ts';
import type { ColibriWebSocket } from '../io/channel/colibri-web-socket.ts';
import { explainListenError, startPublicServer } from '../io/http/listen.ts';
import { privateApi, type PrivateApiOptions } from '../io/http/private-api.ts';

export type HttpServersOptions = {
  readonly privateServer: HttpServerConfig | undefined;
  readonly publicServer: HttpServerConfig | undefined;
  readonly api: PrivateApiOptions;
  readonly channels: ColibriWebSocket;
};

/** The private API and the public server of bridge channels, whichever are configured. */
export class HttpServers {
  #private: FastifyInstance | undefined;
  #public: Server | undefined;
  readonly #channels: ColibriWebSocket;

  private constructor(channels: ColibriWebSocket) {
    this.#channels = channels;
  }

  /** @throws ListenError in words for the operator; nothing is left listening then */
  static async start(options: HttpServersOptions): Promise<HttpServers> {
    const servers = new HttpServers(options.channels);
    try {
      await servers.#start(options);
      return servers;
    } catch (error) {
      await servers.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#channels.close();
    this.#public?.close();
    this.#public?.closeAllConnections();
    await this.#private?.close();
  }

  async #start({ privateServer, publicServer, api, channels }: HttpServersOptions): Promise<void> {
    if (privateServer) {
      const where = { host: privateServer.host, port: privateServer.port };
      const tls = serverOptions(privateServer);
      this.#private = privateApi({ ...api, ...(tls && { tls }) });
      await this.#private.listen({ ...where, host: where.host ?? '::' }).catch((error: unknown) => {
        throw explainListenError(error as NodeJS.ErrnoException, 'private HTTP', where);
      });
    }
    if (publicServer) {
      const { host, port } = publicServer;
      const tls = serverOptions(publicServer);
      this.#public = await startPublicServer({ host, port, ...(tls && { tls }) });
      channels.attach(this.#public);
    }
  }
}

/** TLS as configured, in Node's terms. */
function serverOptions({ tls }: HttpServerConfig): ServerOptions | undefined {
  if (!tls) return undefined;
  const { material, needClientAuth, minVersion, maxVersion, ciphers } = tls;
  return {
    ...material,
    minVersion,
    maxVersion,
    requestCert: needClientAuth,
    rejectUnauthorized: needClientAuth,
    ...(ciphers.length > 0 && { ciphers: ciphers.join(':') }),
  };
}
