import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fail } from './fail.ts';
import type { BridgeView } from './ports.ts';

type Params = { readonly conferenceId?: string; readonly endpointId?: string };
type FeatureParams = { readonly feature: string };

/** Switches and statistics of JVB's packet pipeline. They exist there and mean nothing here. */
const pipelineFeatures = new Set([
  'payload-verification',
  'node-stats',
  'pool-stats',
  'pool-bookkeeping',
  'queue-stats',
  'queue-timing-stats',
  'node-tracing',
  'transit-stats',
  'task-pool-stats',
  'tossed-packet-stats',
  'ice-stats',
  'conference-packet-stats',
]);

/** `/debug…` and `/stats` (operations.md §4.7). */
export function debugRoutes(app: FastifyInstance, view: BridgeView): void {
  app.get('/debug', answer(view, false));
  app.get('/debug/:conferenceId', answer(view, true));
  app.get('/debug/:conferenceId/:endpointId', answer(view, true));
  statisticsRoutes(app, view);
  featureRoutes(app);
}

/** What jvb-rtcstats-push reads. */
export function rtcstatsRoutes(app: FastifyInstance, view: BridgeView): void {
  app.get('/stats', () => view.rtcstats());
}

/** Where JVB had `/debug` once. */
export function movedDebugRoutes(app: FastifyInstance): void {
  const move = (request: FastifyRequest, reply: FastifyReply) =>
    reply.redirect(request.url.replace('/colibri/debug/', '/debug/'), 301);
  app.get('/colibri/debug/*', move);
  app.post('/colibri/debug/*', move);
}

/** `?full=` overrides the detail. */
function answer(view: BridgeView, fullByDefault: boolean) {
  return (request: FastifyRequest) => {
    const { full } = request.query as { full?: string };
    const { conferenceId, endpointId } = request.params as Params;
    return view.debug({
      full: typeof full === 'string' ? full.toLowerCase() === 'true' : fullByDefault,
      ...(conferenceId !== undefined && { conferenceId }),
      ...(endpointId !== undefined && { endpointId }),
    });
  };
}

function statisticsRoutes(app: FastifyInstance, view: BridgeView): void {
  app.get('/debug/stats/jvb/xmpp-delay-stats', () => view.requestDelays());
  app.get('/debug/stats/jvb/:feature', (request, reply) => {
    const { feature } = request.params as FeatureParams;
    return pipelineFeatures.has(feature)
      ? fail(reply, 501, `${feature}: JVB's packet pipeline is not here; see /metrics`)
      : fail(reply, 404, `there are no statistics named ${feature}`);
  });
  app.get('/debug/stats/:feature', (request, reply) => {
    const { feature } = request.params as FeatureParams;
    return reply.redirect(`/debug/stats/jvb/${encodeURIComponent(feature)}`, 302);
  });
}

function featureRoutes(app: FastifyInstance): void {
  app.get('/debug/features/jvb/:feature', (request, reply) => {
    const { feature } = request.params as FeatureParams;
    if (!pipelineFeatures.has(feature)) return unknownFeature(reply, feature);
    return reply.type('text/plain').send('false');
  });
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    const { feature } = request.params as FeatureParams;
    return pipelineFeatures.has(feature)
      ? fail(reply, 501, `${feature}: JVB's packet pipeline is not here, so it cannot be switched`)
      : unknownFeature(reply, feature);
  };
  app.get('/debug/features/jvb/:feature/:state', refuse);
  app.post('/debug/features/jvb/:feature/:state', refuse);
  for (const kind of ['endpoint', 'relay']) {
    const path = `/debug/features/${kind}/:conferenceId/:id/:feature`;
    app.get(path, (_request, reply) => reply.type('text/plain').send('false'));
    app.post(`${path}/:state`, (_request, reply) =>
      fail(reply, 403, 'packets are not recorded by this bridge: capture them with tcpdump'),
    );
  }
}

function unknownFeature(reply: FastifyReply, feature: string): FastifyReply {
  return fail(reply, 404, `there is no feature named ${feature}`);
}
