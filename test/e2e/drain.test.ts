import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startFocus } from '../../demo/focus/focus.ts';
import { RestBridge } from '../../demo/focus/rest-bridge.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { launchChromium } from './support/chromium.ts';
import { pageUrl } from './support/demo-call.ts';
import { Meeting } from './support/meeting.ts';

it('lets a call end in peace: nothing new is taken, and the bridge goes when the last one has left', async () => {
  const bridge = await BridgeProcess.start({
    config: 'videobridge { rest.shutdown.enabled = true, shutdown.shutting-down-delay = 1s }',
  });
  const focus = await startFocus({
    bridge: new RestBridge(new URL(bridge.restUrl)),
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
  });
  const browser = await launchChromium();
  const post = (path: string, body: object) =>
    fetch(`${bridge.restUrl}/colibri/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  try {
    const pages = { url: (room: string, settings: object) => pageUrl(focus, room, settings) };
    const meeting = await Meeting.of(2, pages, browser);
    // What `trestle drain --stop` posts.
    expect((await post('shutdown', { 'graceful-shutdown': true })).status).toBe(200);
    const another = await post('v2/conferences', { 'meeting-id': 'another', create: true });
    expect(await another.json()).toMatchObject({ reason: 'graceful_shutdown' });
    // The call goes on, and may grow.
    await meeting.join();
    await meeting.allSeeAndHear();
    for (const participant of meeting.people.splice(0)) {
      await participant.leave();
      expect(participant.errors).toEqual([]);
    }
    expect(await bridge.ended).toBe(0);
  } finally {
    bridge.signal('SIGKILL');
    await browser.close();
    await focus.close();
  }
});
