import type { FastifyInstance } from 'fastify';
import type { BridgeView, RestSwitches } from './ports.ts';

/** `/about/health` and `/about/version` (operations.md §4.3). */
export function aboutRoutes(app: FastifyInstance, switches: RestSwitches, view: BridgeView): void {
  if (switches.health) {
    app.get('/about/health', (_request, reply) => {
      const fault = view.fault();
      if (fault === undefined) return reply.code(200).send();
      // JVB sends the bare text under this type; scripts print it.
      return reply
        .code(fault.hard ? 500 : 503)
        .type('application/json')
        .send(fault.reason);
    });
  }
  if (switches.version) {
    app.get('/about/version', () => ({ name: 'JVB', version: view.version(), os: 'Linux' }));
  }
}
