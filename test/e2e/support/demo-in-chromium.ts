import type { Browser } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { DemoCall } from './demo-call.ts';

/** A demo and a Chromium for all tests of a file; at the end the bridge may have logged no error. */
export async function demoInChromium(): Promise<{ call: DemoCall; browser: Browser }> {
  const call = await DemoCall.start();
  const browser = await launchChromium();
  afterAll(async () => {
    await browser.close();
    await call.close();
    expect(call.bridgeErrors).toEqual([]);
  });
  return { call, browser };
}
