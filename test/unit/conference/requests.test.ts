// What a focus may ask, and what becomes of it (colibri2.md §3).
import { describe, expect, it } from 'vitest';
import type { ConferenceCommand } from '../../../src/conference/commands.ts';
import { limits } from '../../../src/conference/conference-config.ts';
import { MediaUnavailableError } from '../../../src/conference/ports.ts';
import { endpointId, meetingId, ssrc } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import {
  camera,
  ConferenceScene,
  createCommand,
  meeting,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';

async function codeOf(scene: ConferenceScene, command: Partial<ConferenceCommand>) {
  const result = await scene.execute(command);
  return result.ok ? 'ok' : result.error.code;
}

const expireA = { type: 'expire', id: endpointId('a') } as const;

describe('looking up the conference', () => {
  it('creates one only where there is none, and finds it by its own id', async () => {
    const scene = new ConferenceScene();
    expect(await codeOf(scene, {})).toBe('conference-not-found');
    expect(await codeOf(scene, { create: true })).toBe('ok');
    expect(await codeOf(scene, { create: true })).toBe('conference-exists');
    const { id } = scene.conference!.identity;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(scene.conferences.find(id)).toBe(scene.conference);
  });

  it('refuses new conferences in graceful shutdown, not new endpoints', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    scene.conferences.setGracefulShutdown(true);
    expect(await codeOf(scene, { create: true })).toBe('conference-exists');
    expect(await codeOf(scene, { meetingId: meetingId('other'), create: true })).toBe(
      'graceful-shutdown',
    );
    expect(await codeOf(scene, { endpoints: [createCommand('b')] })).toBe('ok');
  });
});

describe('the shape of a request', () => {
  it('creates, changes and expires several at once', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const mine = [microphone('b')];
    const result = await scene.execute({
      endpoints: [expireA, updateCommand('b', { sources: mine }), createCommand('c')],
    });
    expect(result).toMatchObject({ ok: true });
    expect([...scene.conference!.endpoints.keys()]).toEqual(['b', 'c']);
    expect(scene.media.endpoints.get('b')!.reception!.sources).toEqual(mine);
  });

  it('does nothing of several when one cannot be done', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const endpoints = [expireA, createCommand('c'), createCommand('b')];
    expect(await codeOf(scene, { endpoints })).toBe('endpoint-exists');
    expect([...scene.conference!.endpoints.keys()]).toEqual(['a', 'b']);
  });

  it('mutes, limits and expires several at once', async () => {
    const scene = new ConferenceScene();
    for (const id of ['a', 'b', 'c']) await scene.join(id);
    const muted = { audio: true, video: false };
    const result = await scene.execute({
      endpoints: [expireA, updateCommand('b', { forceMute: muted }), updateCommand('c')],
    });
    expect(result).toMatchObject({
      value: { endpoints: [{ id: 'a', expired: true }, { id: 'b', expired: false }, { id: 'c' }] },
    });
    expect(result).not.toHaveProperty('value.feedbackSsrcs');
    expect(scene.media.endpoints.get('b')!.reception!.muted).toEqual(muted);
  });
});

describe('an endpoint', () => {
  it('is answered with its transport, channel address and the feedback SSRCs', async () => {
    const scene = new ConferenceScene();
    const result = await scene.execute({ create: true, endpoints: [createCommand('a')] });
    const { id } = scene.conference!.identity;
    expect(result).toMatchObject({
      value: {
        endpoints: [{ id: 'a', expired: false, sctp: true, transport: { ufrag: 'u' } }],
        feedbackSsrcs: scene.conference!.feedbackSsrcs,
      },
    });
    const [url] = result.ok ? result.value.endpoints[0]!.webSocketUrls : [];
    expect(url).toMatch(new RegExp(`^wss://bridge/${id}/a\\?pwd=[A-Za-z0-9]{24}$`));
    expect(scene.media.endpoints.get('a')!.options).toMatchObject({ sctp: true });
  });

  it('answers the same feedback SSRCs with every creation', async () => {
    const scene = new ConferenceScene();
    const answers = [
      await scene.execute({ create: true }),
      await scene.execute({ endpoints: [createCommand('a')] }),
    ];
    const [first, second] = answers.map((each) => each.ok && each.value.feedbackSsrcs);
    expect(first).toEqual(second);
    expect(scene.media.conferences[0]!.options.feedbackSsrcs).toEqual(first);
  });

  it('cannot be created twice', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const result = await scene.execute({ endpoints: [createCommand('a')] });
    expect(result).toMatchObject({ error: { code: 'endpoint-exists', endpointId: 'a' } });
    expect(scene.media.endpoints.get('a')!.closed).toBe(false);
  });

  it('that is unknown fails an update, unless unknown ones are to be ignored', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const endpoints = [updateCommand('x')];
    expect(await scene.execute({ endpoints })).toMatchObject({
      error: { code: 'unknown-endpoint', endpointId: 'x' },
    });
    const lenient = await scene.execute({ endpoints, ignoreUnknownEndpoints: true });
    expect(lenient).toMatchObject({ value: { endpoints: [{ id: 'x', expired: false }] } });
  });

  it('that is unknown is expired with success', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const result = await scene.execute({ endpoints: [{ ...expireA, id: endpointId('x') }] });
    expect(result).toMatchObject({ value: { endpoints: [{ id: 'x', expired: true }] } });
  });

  it('gets new credentials with an ICE restart, and no transport where it cannot be had', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const restart = { endpoints: [updateCommand('a', { restartIce: true })] };
    expect(await scene.execute(restart)).toMatchObject({
      value: { endpoints: [{ transport: { iceGeneration: 1 }, webSocketUrls: [/wss/] }] },
    });
    scene.media.endpoints.get('a')!.restarted = undefined;
    const refused = await scene.execute(restart);
    expect(refused.ok && refused.value.endpoints[0]).not.toHaveProperty('transport');
  });
});

describe('sources', () => {
  const manySources = Array.from({ length: 21 }, (_, at) => microphone('a', `a-a${at}`));
  const encoding = { ssrc: ssrc(7), rtx: ssrc(8) };
  const withEncodings = (encodings: Source['encodings']) => [{ ...camera('a'), encodings }];

  it.each<[string, readonly Source[], number]>([
    ['those beyond 20', manySources, 20],
    ['one that repeats a name', [camera('a'), camera('a')], 1],
    ['one with a name of another endpoint', [camera('b'), microphone('a')], 1],
    ['one that names an SSRC twice', withEncodings([encoding, { ssrc: ssrc(8) }]), 0],
    [
      'one with an SSRC of another endpoint',
      withEncodings([{ ssrc: microphone('b').encodings[0]!.ssrc }]),
      0,
    ],
    [
      'one of more than 4 encodings',
      withEncodings([1, 2, 3, 4, 5].map((at) => ({ ssrc: ssrc(at) }))),
      0,
    ],
    ['one with a name without end', [camera('a', 'a'.repeat(300)), microphone('a')], 1],
  ])('are taken without %s, since a client writes them', async (_, sources, taken) => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b', { sources: [microphone('b'), camera('b')] });
    expect(await codeOf(scene, { endpoints: [updateCommand('a', { sources })] })).toBe('ok');
    expect(scene.media.endpoints.get('a')!.reception!.sources).toHaveLength(taken);
    expect(scene.media.endpoints.get('b')!.reception!.sources).toHaveLength(2);
  });

  it('cannot use the feedback SSRCs', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const { video } = scene.conference!.feedbackSsrcs;
    const sources = withEncodings([{ ssrc: video }]);
    expect(await codeOf(scene, { endpoints: [updateCommand('a', { sources })] })).toBe('ok');
    expect(scene.media.endpoints.get('a')!.reception!.sources).toEqual([]);
  });

  it('are refused of a visitor, but for an empty set', async () => {
    const scene = new ConferenceScene();
    await scene.join('v', { visitor: true, sources: [] });
    expect(
      await codeOf(scene, { endpoints: [updateCommand('v', { sources: [camera('v')] })] }),
    ).toBe('bad-request');
  });

  it('replace the former set; without the element nothing changes', async () => {
    const scene = new ConferenceScene();
    await scene.join('a', { sources: [microphone('a'), camera('a')] });
    await scene.execute({ endpoints: [updateCommand('a', {})] });
    expect(scene.media.endpoints.get('a')!.reception!.sources).toHaveLength(2);
    await scene.execute({ endpoints: [updateCommand('a', { sources: [camera('a')] })] });
    expect(scene.media.endpoints.get('a')!.reception!.sources).toEqual([camera('a')]);
  });
});

describe('a request that fails', () => {
  it('leaves no conference behind when the media plane has no worker', async () => {
    const scene = new ConferenceScene();
    scene.media.failWith = new MediaUnavailableError('no worker');
    expect(await codeOf(scene, { create: true, endpoints: [createCommand('a')] })).toBe(
      'unavailable',
    );
    expect(scene.conferences.count).toBe(0);
    expect(await codeOf(scene, { endpoints: [createCommand('a')] })).toBe('conference-not-found');
  });

  it('takes back what had been done for the endpoint and the conference', async () => {
    const scene = new ConferenceScene();
    const transport = { candidates: [], fingerprints: [] };
    scene.media.prepareEndpoint = (media) => (media.failWith = new Error('no such cipher'));
    expect(
      await codeOf(scene, { create: true, endpoints: [createCommand('a', { transport })] }),
    ).toBe('internal');
    expect(scene.media.endpoints.get('a')!.closed).toBe(true);
    expect(scene.media.conferences[0]!.closed).toBe(true);
    expect(scene.conferences.count).toBe(0);
    expect(scene.conferences.statistics().totals).toMatchObject({
      conferencesCreated: 0,
      participants: 0,
    });
  });

  it('tells the peer nothing of a bug, but the log', async () => {
    const scene = new ConferenceScene();
    scene.media.failWith = new Error('secret detail');
    const result = await scene.execute({ create: true });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(scene.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'request failed' }),
    );
  });

  it('changes nothing of an endpoint when its transport is refused', async () => {
    const scene = new ConferenceScene();
    await scene.join('a', { sources: [camera('a')] });
    scene.media.endpoints.get('a')!.failWith = new Error('bad fingerprint');
    const transport = { candidates: [], fingerprints: [] };
    const forceMute = { audio: true, video: true };
    await scene.execute({
      endpoints: [updateCommand('a', { transport, forceMute, sources: [] })],
    });
    expect(scene.media.endpoints.get('a')!.reception).toEqual({
      sources: [camera('a')],
      muted: { audio: false, video: false },
    });
  });
});

describe('the end of a conference', () => {
  it.each<[string, Partial<ConferenceCommand>]>([
    ['expire', { expire: true }],
    ['the last endpoint going', { endpoints: [expireA] }],
  ])('comes with %s', async (_, command) => {
    const scene = new ConferenceScene();
    await scene.join('a');
    expect(await codeOf(scene, command)).toBe('ok');
    expect(scene.conferences.count).toBe(0);
    expect(scene.media.conferences[0]!.closed).toBe(true);
  });

  it('does not come with a creation that adds nobody', async () => {
    const scene = new ConferenceScene();
    await scene.execute({ create: true });
    expect(scene.conferences.count).toBe(1);
  });

  it('comes when the media plane lost it, with the reason in the log', async () => {
    const scene = new ConferenceScene();
    const link = await scene.joinFully('a');
    scene.report({ type: 'lost', reason: 'worker 42 died' });
    expect(scene.conferences.count).toBe(0);
    expect(link.closedWith).toBe('1001 endpoint closed');
    expect(scene.log.lines.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ reason: 'worker 42 died' }),
    );
    expect(await codeOf(scene, { endpoints: [updateCommand('a')] })).toBe('conference-not-found');
    expect(scene.conferences.statistics().totals.conferencesLost).toBe(1);
  });

  it('takes a request under way with it', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const open = scene.media.hold();
    const joining = codeOf(scene, { endpoints: [createCommand('b')] });
    await Promise.resolve();
    scene.report({ type: 'lost', reason: 'worker died' });
    open();
    expect(await joining).toBe('conference-not-found');
    expect(scene.media.endpoints.get('b')!.closed).toBe(true);
  });

  it('explains a failure of the request it came upon', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const open = scene.media.hold();
    const joining = codeOf(scene, { endpoints: [createCommand('b')] });
    await Promise.resolve();
    scene.report({ type: 'lost', reason: 'worker died' });
    scene.media.failWith = new Error('channel closed');
    open();
    expect(await joining).toBe('conference-not-found');
    expect(scene.log.lines.map(({ message }) => message)).not.toContain('request failed');
  });

  it('is what requests waiting at the close of the bridge find', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const open = scene.media.hold();
    const waiting = [
      codeOf(scene, { endpoints: [createCommand('b')] }),
      codeOf(scene, { endpoints: [updateCommand('a')] }),
      codeOf(scene, { meetingId: meetingId('other'), create: true }),
    ];
    await Promise.resolve();
    scene.conferences.closeAll();
    open();
    expect(await Promise.all(waiting)).toEqual([
      'conference-not-found',
      'conference-not-found',
      'unavailable',
    ]);
    expect(scene.conferences.count).toBe(0);
    expect(scene.media.conferences.every(({ closed }) => closed)).toBe(true);
  });
});

describe('requests of one meeting', () => {
  it('keep their order across expiry and creation, without waiting for answers', async () => {
    const scene = new ConferenceScene();
    const codes = await Promise.all([
      codeOf(scene, { create: true, endpoints: [createCommand('a')] }),
      codeOf(scene, { endpoints: [createCommand('b')] }),
      codeOf(scene, { expire: true }),
      codeOf(scene, { endpoints: [updateCommand('a')] }),
      codeOf(scene, { create: true, endpoints: [createCommand('a')] }),
      codeOf(scene, { create: true }),
    ]);
    expect(codes).toEqual(['ok', 'ok', 'ok', 'conference-not-found', 'ok', 'conference-exists']);
    expect([...scene.conference!.endpoints.keys()]).toEqual(['a']);
  });

  it('do not wait for those of another', async () => {
    const scene = new ConferenceScene();
    const open = scene.media.hold();
    const slow = codeOf(scene, { create: true });
    await Promise.resolve();
    expect(await codeOf(scene, { meetingId: meetingId('other') })).toBe('conference-not-found');
    open();
    expect(await slow).toBe('ok');
  });

  it('are refused beyond a number that wait', async () => {
    const scene = new ConferenceScene();
    const open = scene.media.hold();
    const codes = Array.from({ length: limits.pendingRequestsPerMeeting + 1 }, () =>
      codeOf(scene, { create: true }),
    );
    expect(await codes.at(-1)).toBe('unavailable');
    open();
    expect(new Set(await Promise.all(codes))).toEqual(
      new Set(['ok', 'conference-exists', 'unavailable']),
    );
  });
});

it('knows a conference by its meeting and ends it once in the figures', async () => {
  const scene = new ConferenceScene();
  await scene.join('a');
  await scene.join('v', { visitor: true });
  scene.time.advance(4_700);
  await scene.execute({ meetingId: meeting, expire: true });
  expect(scene.conferences.statistics().totals).toMatchObject({
    conferencesCreated: 1,
    conferencesCompleted: 1,
    conferenceSeconds: 4,
    participants: 2,
    visitors: 1,
  });
});
