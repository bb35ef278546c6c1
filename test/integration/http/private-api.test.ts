import { afterEach, expect, it } from 'vitest';
import { privateApi } from '../../../src/io/http/private-api.ts';
import { until } from '../../support/until.ts';
import type { Fault, MetricsFormat, RestSwitches } from '../../../src/io/http/ports.ts';

const allOn: RestSwitches = {
  colibri: true,
  shutdown: true,
  drain: true,
  health: true,
  version: true,
  debug: true,
  prometheus: true,
  rtcstats: true,
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function api(switches: Partial<RestSwitches> = {}) {
  const state = {
    drain: false,
    fault: undefined as Fault | undefined,
    shutdowns: [] as string[],
    logins: ['shard'],
    watching: true,
  };
  const asked: unknown[] = [];
  const app = privateApi({
    switches: { ...allOn, ...switches },
    colibri: {
      post: async (body) => {
        asked.push(body);
        return { status: 200, body: { endpoints: [] } };
      },
      patch: async (meetingId, body) => {
        asked.push([meetingId, body]);
        return { status: 404, body: { error: 'conference not found' } };
      },
      get: (meetingId) => ({ status: 404, body: { error: `no ${meetingId}` } }),
    },
    colibri1: {
      list: () => ({ status: 200, body: [{ id: 'abc' }] }),
      post: async (body) => {
        asked.push(body);
        return { status: 200, body: { id: 'abc' } };
      },
      get: (id) => ({ status: 404, body: { error: `no ${id}` } }),
      patch: async (id, body) => {
        asked.push([id, body]);
        return { status: 503, body: { error: 'shutting down' } };
      },
    },
    view: {
      fault: () => state.fault,
      version: () => '0.1.0',
      statistics: () => ({ participants: 3 }),
      metrics: (format: MetricsFormat) => ({ contentType: 'text/plain', body: format }),
      debug: (query) => query,
      requestDelays: () => ({ colibri: {} }),
      rtcstats: () => ({ conferences: {} }),
      speakers: (meetingId) => (meetingId === 'm' ? { dominantEndpoint: 'ab' } : undefined),
    },
    control: {
      draining: () => state.drain,
      setDrain: (on) => (state.drain = on),
      shutdown: (kind) => state.shutdowns.push(kind),
      logins: () => state.logins,
      addLogin: (body) => {
        const { id } = body as { id?: string };
        if (id === undefined) return 'id is missing';
        state.logins.push(id);
        return undefined;
      },
      removeLogin: (id) => {
        const known = state.logins.includes(id);
        state.logins = state.logins.filter((other) => other !== id);
        return known;
      },
    },
    dashboard: {
      files: new Map([['index.html', { contentType: 'text/html', body: '<title>x</title>' }]]),
      watch: ({ selection, send }) => {
        if (selection.conference === 'full') return undefined;
        send(JSON.stringify(selection));
        return () => (state.watching = false);
      },
    },
  });
  closing.push(() => app.close());
  return { app, state, asked };
}

it('does not wait for a request for ever', () => {
  const { server } = api().app;
  expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000 });
});

it('answers health with an empty 200, or 500 and the reason', async () => {
  const { app, state } = api();
  const well = await app.inject('/about/health');
  expect([well.statusCode, well.body]).toEqual([200, '']);
  state.fault = { reason: 'no media worker is alive', hard: true };
  const ill = await app.inject('/about/health');
  expect([ill.statusCode, ill.body]).toEqual([500, 'no media worker is alive']);
  state.fault = { reason: 'no XMPP server', hard: false };
  expect((await app.inject('/about/health')).statusCode).toBe(503);
});

it('answers version, statistics and debug', async () => {
  const { app } = api();
  expect((await app.inject('/about/version')).json()).toEqual({
    name: 'JVB',
    version: '0.1.0',
    os: 'Linux',
  });
  expect((await app.inject('/colibri/stats/')).json()).toEqual({ participants: 3 });
  expect((await app.inject('/debug')).json()).toEqual({ full: false });
  expect((await app.inject('/debug/abc/def?full=false')).json()).toEqual({
    full: false,
    conferenceId: 'abc',
    endpointId: 'def',
  });
});

it('tells who speaks in a meeting', async () => {
  const { app } = api();
  const path = (meeting: string) =>
    `/colibri/v2/conferences/${meeting}/dominant-speaker-identification`;
  expect((await app.inject(path('m'))).json()).toEqual({ dominantEndpoint: 'ab' });
  expect((await app.inject(path('other'))).statusCode).toBe(404);
});

it('adds, lists and removes XMPP logins', async () => {
  const { app } = api();
  const post = (path: string, payload: object) =>
    app.inject({ method: 'POST', url: `/colibri/muc-client/${path}`, payload });
  expect((await post('add', { id: 'east' })).statusCode).toBe(200);
  expect((await app.inject('/colibri/muc-client/list')).json()).toEqual(['shard', 'east']);
  const incomplete = await post('add', {});
  expect([incomplete.statusCode, incomplete.json()]).toEqual([400, { error: 'id is missing' }]);
  expect((await post('remove', { id: 'shard' })).statusCode).toBe(200);
  const unknown = await post('remove', { id: 'shard' });
  expect(unknown.statusCode).toBe(400);
  expect(unknown.json<{ error: string }>().error).toContain('east');
  expect((await post('remove', { id: 3 })).statusCode).toBe(400);
  expect((await app.inject('/colibri/muc-client/list')).json()).toEqual(['east']);
});

it('answers the debug paths of JVB: what is there, what has moved, what is not here', async () => {
  const { app } = api();
  const status = async (url: string, method: 'GET' | 'POST' = 'GET') =>
    (await app.inject({ url, method })).statusCode;
  expect((await app.inject('/debug/stats/jvb/xmpp-delay-stats')).json()).toEqual({ colibri: {} });
  expect(await status('/debug/stats/jvb/pool-stats')).toBe(501);
  expect(await status('/debug/stats/jvb/none')).toBe(404);
  const moved = await app.inject('/debug/stats/xmpp-delay-stats');
  expect([moved.statusCode, moved.headers.location]).toEqual([
    302,
    '/debug/stats/jvb/xmpp-delay-stats',
  ]);
  const colibri = await app.inject('/colibri/debug/stats/jvb/none?x=1');
  expect([colibri.statusCode, colibri.headers.location]).toEqual([
    301,
    '/debug/stats/jvb/none?x=1',
  ]);
  expect(await status('/colibri/debug')).toBe(404);
  expect((await app.inject('/debug/features/jvb/pool-stats')).body).toBe('false');
  expect(await status('/debug/features/jvb/none')).toBe(404);
  expect(await status('/debug/features/jvb/pool-stats/true', 'POST')).toBe(501);
  expect((await app.inject('/debug/features/endpoint/c/e/pcap-dump')).body).toBe('false');
  expect(await status('/debug/features/endpoint/c/e/pcap-dump/true', 'POST')).toBe(403);
  expect((await app.inject('/stats')).json()).toEqual({ conferences: {} });
});

it('passes Colibri2 on with its status', async () => {
  const { app, asked } = api();
  const made = await app.inject({
    method: 'POST',
    url: '/colibri/v2/conferences',
    payload: { 'meeting-id': 'm', create: true },
  });
  expect([made.statusCode, made.json()]).toEqual([200, { endpoints: [] }]);
  const unknown = await app.inject({
    method: 'PATCH',
    url: '/colibri/v2/conferences/a%20b',
    payload: { expire: true },
  });
  expect(unknown.statusCode).toBe(404);
  expect(asked).toEqual([{ 'meeting-id': 'm', create: true }, ['a b', { expire: true }]]);
  expect((await app.inject('/colibri/v2/conferences')).statusCode).toBe(501);
});

it('passes Colibri 1 on with its status', async () => {
  const { app, asked } = api();
  const url = '/colibri/conferences';
  expect((await app.inject(url)).json()).toEqual([{ id: 'abc' }]);
  const made = await app.inject({ method: 'POST', url, payload: { name: 'standup' } });
  expect([made.statusCode, made.json()]).toEqual([200, { id: 'abc' }]);
  expect((await app.inject(`${url}/abc`)).statusCode).toBe(404);
  const changed = await app.inject({ method: 'PATCH', url: `${url}/abc`, payload: { gid: 'f' } });
  expect(changed.statusCode).toBe(503);
  expect(asked).toEqual([{ name: 'standup' }, ['abc', { gid: 'f' }]]);
  // As in 2018 (colibri1.md §1.16).
  for (const [type, payload, status] of [
    ['text/plain', 'a=b', 406],
    ['application/json', '{', 400],
  ] as const) {
    const headers = { 'content-type': type };
    const refused = await app.inject({ method: 'POST', url, headers, payload });
    expect([refused.statusCode, typeof refused.json<{ error: string }>().error]).toEqual([
      status,
      'string',
    ]);
  }
  expect(asked).toHaveLength(2);
});

it.each([
  ['malformed JSON', { payload: '{"a":', headers: { 'content-type': 'application/json' } }, 400],
  [
    'a poisoned prototype',
    { payload: '{"__proto__":{"x":1}}', headers: { 'content-type': 'application/json' } },
    400,
  ],
  ['another content type', { payload: 'a=b', headers: { 'content-type': 'text/plain' } }, 415],
  ['a body beyond the limit', { payload: { a: 'x'.repeat(1024 * 1024) } }, 413],
])('refuses %s, saying why', async (_name, request, status) => {
  const { app, asked } = api();
  const reply = await app.inject({ method: 'POST', url: '/colibri/v2/conferences', ...request });
  expect(reply.statusCode).toBe(status);
  expect(typeof reply.json<{ error: string }>().error).toBe('string');
  expect(asked).toEqual([]);
});

it('tells a wrong method from a path that is not there', async () => {
  const { app } = api();
  expect((await app.inject({ method: 'POST', url: '/about/health' })).statusCode).toBe(405);
  expect((await app.inject({ method: 'DELETE', url: '/debug/abc' })).statusCode).toBe(405);
  expect((await app.inject('/colibri/nothing')).statusCode).toBe(404);
});

it('shuts down on the boolean and on the strings of the shutdown script', async () => {
  const { app, state } = api();
  for (const value of [true, 'true', false, 'false']) {
    await app.inject({
      method: 'POST',
      url: '/colibri/shutdown',
      payload: { 'graceful-shutdown': value },
    });
  }
  expect(state.shutdowns).toEqual(['graceful', 'graceful', 'forced', 'forced']);
  const bad = await app.inject({ method: 'POST', url: '/colibri/shutdown', payload: {} });
  expect(bad.statusCode).toBe(400);
  expect(state.shutdowns).toHaveLength(4);
});

it('switches drain mode', async () => {
  const { app } = api();
  // What curl -d '' sends: a form without a field.
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const enabled = await app.inject({
    method: 'POST',
    url: '/colibri/drain/enable',
    headers: form,
    payload: 'a=b',
  });
  expect([enabled.statusCode, enabled.body]).toEqual([200, '']);
  expect((await app.inject('/colibri/drain')).json()).toEqual({ drain: true });
  await app.inject({ method: 'POST', url: '/colibri/drain/disable' });
  expect((await app.inject('/colibri/drain')).json()).toEqual({ drain: false });
});

it.each([
  [{ colibri: false }, '/colibri/stats'],
  [{ health: false }, '/about/health'],
  [{ version: false }, '/about/version'],
  [{ debug: false }, '/debug'],
  [{ prometheus: false }, '/metrics'],
  [{ drain: false }, '/colibri/drain'],
  [{ rtcstats: false }, '/stats'],
  [{ colibri: false }, '/colibri/muc-client/list'],
  [{ colibri: false }, '/colibri/debug/stats/x'],
])('answers 404 where %o is off', async (switches, path) => {
  expect((await api(switches).app.inject(path)).statusCode).toBe(404);
});

it('keeps shutdown off without the COLIBRI switch', async () => {
  const { app, state } = api({ colibri: false });
  const payload = { 'graceful-shutdown': true };
  const reply = await app.inject({ method: 'POST', url: '/colibri/shutdown', payload });
  expect(reply.statusCode).toBe(404);
  expect(state.shutdowns).toEqual([]);
});

it.each([
  ['curl', '*/*', 'openmetrics'],
  [
    'Prometheus',
    'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['a client that prefers text', 'text/plain;q=0.9, application/openmetrics-text;q=0.1', 'text'],
  ['JSON', 'application/json', 'json'],
])('negotiates the metrics format of %s', async (_who, accept, format) => {
  const reply = await api().app.inject({ url: '/metrics', headers: { accept } });
  expect(reply.body).toBe(format);
});

it('answers 406 to a format nobody has', async () => {
  const reply = await api().app.inject({ url: '/metrics', headers: { accept: 'image/png' } });
  expect(reply.statusCode).toBe(406);
});

it('lets pages of any origin read, as JVB does', async () => {
  const { app } = api();
  const reply = await app.inject({ url: '/about/version', headers: { origin: 'https://x.test' } });
  expect(reply.headers['access-control-allow-origin']).toBe('https://x.test');
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/colibri/stats',
    headers: { origin: 'https://x.test' },
  });
  expect(preflight.statusCode).toBe(200);
});

it('serves the dashboard, and nothing else from there', async () => {
  const { app } = api();
  const page = await app.inject('/dashboard/');
  expect([page.statusCode, page.body]).toEqual([200, '<title>x</title>']);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  const bare = await app.inject('/dashboard');
  expect([bare.statusCode, bare.headers.location]).toEqual([302, 'dashboard/']);
  expect((await app.inject('/dashboard/..%2Fpackage.json')).statusCode).toBe(404);
});

it('sends the dashboard what it looks at until it goes', async () => {
  const { app, state } = api();
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const leave = new AbortController();
  const reply = await fetch(`${address}/dashboard/live?conference=c1&endpoint=e1`, {
    signal: leave.signal,
  });
  expect(reply.headers.get('content-type')).toBe('text/event-stream');
  const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  expect(Buffer.from(value ?? []).toString()).toBe('data: {"conference":"c1","endpoint":"e1"}\n\n');
  leave.abort();
  await until(() => (state.watching ? 'the page is still sent to' : undefined));
  const full = await fetch(`${address}/dashboard/live?conference=full`);
  expect(await full.text()).toContain('too many');
});

it('works over a real socket', async () => {
  const { app } = api();
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  expect((await fetch(`${address}/about/health`)).status).toBe(200);
});
