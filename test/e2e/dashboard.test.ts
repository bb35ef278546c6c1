import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Focus, startFocus } from '../../demo/focus/focus.ts';
import { RestBridge } from '../../demo/focus/rest-bridge.ts';
import { BridgeProcess } from '../support/bridge/bridge-process.ts';
import { until } from '../support/until.ts';
import { launchChromium } from './support/chromium.ts';
import { pageUrl } from './support/demo-call.ts';
import { Meeting } from './support/meeting.ts';

let bridge: BridgeProcess;
let focus: Focus;
let browser: Browser;

beforeAll(async () => {
  bridge = await BridgeProcess.start({
    // Two links nobody answers: something to warn of.
    config: `videobridge.apis.xmpp-client.configs.shard {
      hostname = 127.0.0.1, port = 9, domain = auth.meet.test, username = jvb, password = "do-not-show-me"
      muc_jids = "jvbbrewery@internal.auth.meet.test", muc_nickname = bridge-1 }`,
  });
  const rest = new RestBridge(new URL(bridge.restUrl));
  const log = pino({ level: 'silent' });
  focus = await startFocus({ bridge: rest, host: '127.0.0.1', port: 0, log });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await focus.close();
  await bridge.stop();
});

const errors: string[] = [];
afterEach(() => expect(errors.splice(0)).toEqual([]));

async function open(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${bridge.restUrl}/dashboard/${hash}`);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

/** For whoever wants to look: set SCREENSHOTS to a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const overflows = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

it('shows a call from the bridge down to what an endpoint is sent and why', async () => {
  const pages = { url: (room: string, settings: object) => pageUrl(focus, room, settings) };
  await Meeting.of(2, pages, browser);
  const page = await open();
  await page.getByText('XMPP link shard is down').waitFor();
  await page.locator('#conferences tbody tr').first().click();
  const endpoints = page.locator('#endpoints tbody tr');
  await until(async () => ((await endpoints.count()) === 2 ? undefined : 'no two endpoints'));
  await endpoints.first().click();
  const received = page.locator('#received tbody tr');
  await until(async () => {
    const text = (await received.first().textContent()) ?? '';
    return /-v0.*\d p/.test(text) ? undefined : `it receives ${text}`;
  });
  expect(await page.locator('#endpoint-facts').textContent()).toMatch(/udp 127\.0\.0\.1:\d+ ⇄/);
  await until(async () => {
    const packets = await page.locator('.figure', { hasText: 'Packets sent' }).textContent();
    return /[1-9]/.test(packets ?? '') ? undefined : 'no packets are shown';
  });
  await picture(page, 'light');
  expect(await page.content()).not.toContain('do-not-show-me');

  // The address keeps the selection, in another light and on a narrow screen, too.
  const hash = new URL(page.url()).hash;
  const dark = await open(hash, { colorScheme: 'dark' });
  await dark.locator('#received tbody tr').first().waitFor();
  await picture(dark, 'dark');
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await dark.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(
    light,
  );
  const narrow = await open(hash, { viewport: { width: 390, height: 800 } });
  await narrow.locator('#received tbody tr').first().waitFor();
  await picture(narrow, 'narrow');
  expect(await overflows(narrow)).toBeLessThanOrEqual(0);
  for (const opened of [page, dark, narrow]) await opened.context().close();
});

it('stays live with five hundred endpoints, and finds one of them', async () => {
  const conferences = `${bridge.restUrl}/colibri/v2/conferences`;
  const ask = async (url: string, method: string, body: object) => {
    const reply = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(reply.status).toBe(200);
  };
  const endpoint = (place: number) => ({
    id: place.toString(16).padStart(8, '0'),
    create: true,
    capabilities: ['source-names'],
    transport: {},
    medias: [],
  });
  const create = { 'meeting-id': 'town-hall', create: true, endpoints: [endpoint(0)] };
  await ask(conferences, 'POST', create);
  for (let place = 1; place < 500; place += 1) {
    await ask(`${conferences}/town-hall`, 'PATCH', { endpoints: [endpoint(place)] });
  }
  const page = await open();
  await page.locator('#conferences tr', { hasText: 'town-hall' }).click();
  const rows = page.locator('#endpoints tbody tr');
  await until(async () => {
    const count = await rows.count();
    return count === 500 ? undefined : `${count} rows`;
  });
  // It takes up figures each second all the same.
  const upTime = () => page.locator('#state').textContent();
  const before = await upTime();
  await until(
    async () => ((await upTime()) === before ? 'the page stands still' : undefined),
    90_000,
  );
  await page.fill('#endpoint-filter', '000001f3');
  await until(async () => {
    const count = await rows.count();
    return count === 1 ? undefined : `${count} rows`;
  });
  await picture(page, 'large');
  await page.context().close();
  await ask(`${conferences}/town-hall`, 'PATCH', { expire: true });
});
