import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type Focus, startFocus } from '../../demo/focus/focus.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { joinAsOccupant, type Occupant } from '../support/prosody/occupant.ts';
import { startProsody } from '../support/prosody/prosody.ts';
import { until } from '../support/until.ts';
import { launchChromium } from './support/chromium.ts';
import { Meeting } from './support/meeting.ts';
import { XmppBridge } from './support/xmpp-bridge.ts';
import { pageUrl } from './support/demo-call.ts';

async function startCall(focus: Occupant, address: string): Promise<Focus> {
  return startFocus({
    bridge: new XmppBridge(focus, address),
    host: '127.0.0.1',
    port: 0,
    log: pino({ level: 'silent' }),
  });
}

it('carries a call of browsers that was allocated through Prosody', async () => {
  const prosody = await startProsody();
  const occupant = await joinAsOccupant(prosody);
  const bridge = await BridgeProcess.start({
    config: `videobridge.apis.xmpp-client.configs.shard {
      hostname = 127.0.0.1, port = ${prosody.c2sPort}, domain = ${prosody.authDomain}
      username = jvb, password = jvb-secret
      muc_jids = "${prosody.brewery}", muc_nickname = bridge-1
      disable_certificate_verification = true
    }`,
  });
  const participants = () => occupant.stats('bridge-1')?.get('participants');
  await until(() => (participants() === '0' ? undefined : 'the bridge is not in the brewery'));
  const focus = await startCall(occupant, `${prosody.brewery}/bridge-1`);
  const browser = await launchChromium();
  try {
    const call = { url: (room: string, settings: object) => pageUrl(focus, room, settings) };
    const { people } = await Meeting.of(3, call, browser);
    await until(() => (participants() === '3' ? undefined : `${participants()} are counted`));
    for (const participant of people.splice(0)) {
      await participant.leave();
      expect(participant.errors).toEqual([]);
    }
    // Sooner than the minute after which silent endpoints expire by themselves.
    await until(() => (participants() === '0' ? undefined : `${participants()} are left`), 30_000);
  } finally {
    await browser.close();
    await focus.close();
    await bridge.stop();
    await occupant.leave();
    await prosody.close();
  }
}, 240_000);
