import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BridgeView } from './ports.ts';

type Params = { conferenceId?: string; endpointId?: string };

/** `/debug`, `/debug/{conference}`, `/debug/{conference}/{endpoint}` (operations.md §4.7); `?full=` overrides the detail. */
export function debugRoutes(app: FastifyInstance, view: BridgeView): void {
  const answer = (fullByDefault: boolean) => (request: FastifyRequest) => {
    const { full } = request.query as { full?: string };
    const { conferenceId, endpointId } = request.params as Params;
    return view.debug({
      full: full === undefined ? fullByDefault : full.toLowerCase() === 'true',
      ...(conferenceId !== undefined && { conferenceId }),
      ...(endpointId !== undefined && { endpointId }),
    });
  };
  app.get('/debug', answer(false));
  app.get('/debug/:conferenceId', answer(true));
  app.get('/debug/:conferenceId/:endpointId', answer(true));
}
