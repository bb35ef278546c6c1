import type { ServerOptions } from 'node:https';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { aboutRoutes } from './about-routes.ts';
import { colibri1Routes } from './colibri1-routes.ts';
import { colibriRoutes } from './colibri-routes.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { debugRoutes, movedDebugRoutes, rtcstatsRoutes } from './debug-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { mucClientRoutes } from './muc-client-routes.ts';
import { operateRoutes } from './operate-routes.ts';
import { fail } from './fail.ts';
import { createHttpServer } from './listen.ts';
import type {
  BridgeControl,
  BridgeView,
  Colibri1Rest,
  ColibriRest,
  Dashboard,
  RestSwitches,
} from './ports.ts';

export type PrivateApiOptions = {
  readonly switches: RestSwitches;
  readonly colibri: ColibriRest;
  readonly colibri1: Colibri1Rest;
  readonly view: BridgeView;
  readonly control: BridgeControl;
  /** Makes it HTTPS. */
  readonly tls?: ServerOptions;
  readonly dashboard: Dashboard;
};

/** Colibri requests for large conferences reach hundreds of kB; more than this is no request of a focus. */
const bodyLimitBytes = 1024 * 1024;

/**
 * The HTTP interface for operators, scripts and local signalling. It has no login: the address it is bound to
 * is its protection (loopback by default).
 */
export function privateApi(options: PrivateApiOptions): FastifyInstance {
  const { switches, view, tls } = options;
  const app = Fastify({
    serverFactory: (handler) => createHttpServer(tls, handler),
    bodyLimit: bodyLimitBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    // A dashboard stays connected for ever, and Node waits without a limit for half a request or a silent socket.
    forceCloseConnections: true,
    exposeHeadRoutes: true,
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (isKnownPath(app, path)) return fail(reply, 405, `${request.method} is not possible here`);
    return fail(reply, 404, `${path}: no such path, or this part of the API is switched off`);
  });
  allowAnyOrigin(app);

  aboutRoutes(app, switches, view);
  if (switches.prometheus) metricsRoutes(app, view);
  if (switches.debug) {
    debugRoutes(app, view);
    dashboardRoutes(app, options.dashboard);
  }
  if (switches.rtcstats) rtcstatsRoutes(app, view);
  if (switches.colibri) {
    colibriRoutes(app, options);
    colibri1Routes(app, options.colibri1);
    mucClientRoutes(app, options.control);
    if (switches.debug) movedDebugRoutes(app);
  }
  operateRoutes(app, switches, options.control);
  return app;
}

function sendError(error: FastifyError, _request: unknown, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  return fail(reply, status, status < 500 ? error.message : `internal error: ${error.message}`);
}

function isKnownPath(app: FastifyInstance, path: string): boolean {
  return (['GET', 'POST', 'PATCH'] as const).some((method) => {
    const route: unknown = app.findRoute({ method, url: path }); // null when there is none, whatever its type says
    return route !== null;
  });
}

/** Open to pages of any origin, as JVB's private server is (operations.md §4.1). */
function allowAnyOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin !== undefined) reply.header('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') return;
    await reply
      .header('access-control-allow-methods', 'GET,POST')
      .header('access-control-allow-headers', 'X-Requested-With,Content-Type,Accept,Origin')
      .code(200)
      .send();
  });
}
