// What focuses can grow has an end, and beyond it the bridge says so.
import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/conference/conference-config.ts';
import { MeetingQueues } from '../../../src/conference/meeting-queues.ts';
import { endpointId, meetingId } from '../../../src/model/ids.ts';
import { ConferenceScene, createCommand } from '../../support/conference-scene.ts';

const refusal = { ok: false, error: { code: 'unavailable' } };

describe('the bridge holds', { timeout: 60_000 }, () => {
  it(`${limits.conferences} conferences, and one more when one has ended`, async () => {
    const scene = new ConferenceScene();
    const create = (at: number) => scene.execute({ meetingId: meetingId(`m${at}`), create: true });
    for (let at = 0; at < limits.conferences; at += 1) await create(at);
    expect(await create(limits.conferences)).toMatchObject(refusal);
    await scene.execute({ meetingId: meetingId('m7'), expire: true });
    expect(await create(limits.conferences)).toMatchObject({ ok: true });
    scene.conferences.closeAll();
  });

  it(`${limits.endpointsPerConference} endpoints in a conference`, async () => {
    const scene = new ConferenceScene();
    const cap = limits.endpointsPerConference;
    for (let at = 0; at < cap; at += 1) await scene.join(`e${at}`, { visitor: true });
    expect(await scene.execute({ endpoints: [createCommand('more')] })).toMatchObject(refusal);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('e3') }] });
    expect(await scene.execute({ endpoints: [createCommand('more')] })).toMatchObject({ ok: true });
  });

  it(`${limits.pendingRequests} waiting requests of all meetings`, async () => {
    const scene = new ConferenceScene();
    const open = scene.media.hold();
    const ask = (at: number) => scene.execute({ meetingId: meetingId(`m${at}`), create: true });
    const waiting = Array.from({ length: limits.pendingRequests }, (_, at) => ask(at));
    expect(await ask(limits.pendingRequests)).toMatchObject(refusal);
    open();
    expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true);
    scene.conferences.closeAll();
  });
});

it('keeps the queue of a meeting only while requests wait in it', async () => {
  const queues = new MeetingQueues();
  const id = meetingId('m');
  const failing = queues.add(id, () => Promise.reject(new Error('no')))!;
  const last = queues.add(id, async () => queues.isBusy(id))!;
  expect(queues.isBusy(id)).toBe(true);
  await expect(failing).rejects.toThrow('no');
  expect(await last).toBe(true);
  expect(queues.isBusy(id)).toBe(false);
});
