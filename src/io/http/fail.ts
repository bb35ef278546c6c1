import type { FastifyReply } from 'fastify';

/** Answers with a status and a JSON object that says why. */
export function fail(reply: FastifyReply, status: number, reason: string): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'must-revalidate,no-cache,no-store')
    .send({ error: reason });
}
