import type { FastifyInstance } from 'fastify';
import type { BridgeControl, RestSwitches } from './ports.ts';
import { fail } from './fail.ts';

/** Drain and shutdown (operations.md §4.4); shutdown needs the COLIBRI switch as well, as JVB's does. */
export function operateRoutes(
  app: FastifyInstance,
  switches: RestSwitches,
  control: BridgeControl,
): void {
  if (switches.drain) drainRoutes(app, control);
  if (!switches.shutdown || !switches.colibri) return;
  app.post('/colibri/shutdown', (request, reply) => {
    const graceful = readFlag(request.body, 'graceful-shutdown');
    if (graceful === undefined) {
      return fail(reply, 400, 'the body must be {"graceful-shutdown": true} or false');
    }
    control.shutdown(graceful ? 'graceful' : 'forced');
    return reply.code(200).send();
  });
}

function drainRoutes(app: FastifyInstance, control: BridgeControl): void {
  // What is posted here means nothing, so nothing is wrong with any of it: `curl -d ''` sends a form.
  app.register((plain, _options, done) => {
    plain.removeAllContentTypeParsers();
    plain.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    switchRoutes(plain, control);
    done();
  });
  app.get('/colibri/drain', () => ({ drain: control.draining() }));
}

function switchRoutes(app: FastifyInstance, control: BridgeControl): void {
  for (const [path, on] of [
    ['/colibri/drain/enable', true],
    ['/colibri/drain/disable', false],
  ] as const) {
    app.post(path, (_request, reply) => {
      control.setDrain(on);
      return reply.code(200).send();
    });
  }
}

/** A JSON boolean, or the strings that Debian's shutdown script sends. */
function readFlag(body: unknown, key: string): boolean | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, key)) return undefined;
  const value = (body as Record<string, unknown>)[key];
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}
