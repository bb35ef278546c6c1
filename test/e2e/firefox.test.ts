import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, Participant } from './support/chromium.ts';
import { DemoCall } from './support/demo-call.ts';
import { hearsEverybody, seesEverybody } from './support/expectations.ts';
import { FirefoxParticipant, firefoxToneHz } from './support/firefox.ts';

const chromiumToneHz = 400;

describe('a Firefox in a call with a Chromium', () => {
  let call: DemoCall;
  let browser: Browser;
  beforeAll(async () => {
    call = await DemoCall.start();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await call.close();
  });

  it.each([
    ['an SCTP data channel', {}],
    ['a WebSocket', { channel: 'ws' }],
  ])('with the bridge channel over %s', async (_channel, settings) => {
    const fox = await FirefoxParticipant.join(
      'Fox',
      call.url('mixed', { name: 'Fox', sound: 'microphone', ...settings }),
    );
    try {
      const ada = await Participant.join(
        browser,
        'Ada',
        call.url('mixed', { name: 'Ada', tone: chromiumToneHz, volume: 0.2, ...settings }),
      );
      const senders = [
        { viewer: fox, toneHz: firefoxToneHz },
        { viewer: ada, toneHz: chromiumToneHz },
      ];
      await seesEverybody(fox, [ada]);
      await seesEverybody(ada, [fox]);
      await hearsEverybody(fox, senders);
      await hearsEverybody(ada, senders);
      expect((await fox.report()).iceProtocol).toBe('udp');
      await ada.leave();
      expect(ada.errors).toEqual([]);
    } finally {
      await fox.leave();
    }
  });
});
