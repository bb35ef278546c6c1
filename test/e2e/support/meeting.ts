import { afterEach, expect } from 'vitest';
import type { Browser } from 'playwright-core';
import { Participant } from './chromium.ts';
import { hearsEverybody, seesEverybody, type Sender } from './expectations.ts';

const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia'];
const tonesHz = [400, 600, 850, 500, 700, 950];
/** Low enough that nobody is the loudest by chance. */
export const quiet = 0.02;

type Settings = Readonly<Record<string, string>>;
/** Where the pages come from. */
type Pages = { url(room: string, settings: object): string };

let rooms = 0;

/** A room that fills with participants, who leave when the test ends; none may have had an error. */
export class Meeting {
  readonly people: Participant[] = [];
  readonly senders: Sender[] = [];
  readonly room: string;
  readonly #pages: Pages;
  readonly #browser: Browser;

  private constructor(pages: Pages, browser: Browser) {
    this.#pages = pages;
    this.#browser = browser;
    this.room = `room-${(rooms += 1)}`;
  }

  /** Resolves when so many people see and hear each other. */
  static async of(
    count: number,
    pages: Pages,
    browser: Browser,
    settings: Settings = {},
  ): Promise<Meeting> {
    const meeting = await Meeting.gathering(count, pages, browser, settings);
    await meeting.allSeeAndHear();
    return meeting;
  }

  /** A room that fills without waiting for anybody to see or hear. */
  static async gathering(
    count: number,
    pages: Pages,
    browser: Browser,
    settings: Settings = {},
  ): Promise<Meeting> {
    const meeting = new Meeting(pages, browser);
    open.push(meeting);
    for (let index = 0; index < count; index += 1) await meeting.join(settings);
    return meeting;
  }

  /**
   * Another one comes in, with a name and a tone of their own.
   * @param mediaPort where this one sends its media instead of the bridge's port
   */
  async join(settings: Settings = {}, mediaPort?: number): Promise<Participant> {
    const index = this.people.length;
    const name = names[index % names.length]!;
    const toneHz = tonesHz[index % tonesHz.length]!;
    const query = { name, tone: toneHz, volume: quiet, ...settings };
    const url = this.#pages.url(this.room, query);
    const viewer = await Participant.join(this.#browser, name, url, mediaPort);
    this.people.push(viewer);
    this.senders.push({ viewer, toneHz });
    return viewer;
  }

  /** The last one to come leaves by closing the page. */
  async lastLeaves(): Promise<void> {
    this.senders.pop();
    await this.people.pop()?.leave();
  }

  async allSeeAndHear(): Promise<void> {
    for (const viewer of this.people) {
      await seesEverybody(
        viewer,
        this.people.filter((other) => other !== viewer),
      );
      await hearsEverybody(viewer, this.senders);
    }
  }
}

const open: Meeting[] = [];

afterEach(async () => {
  const people = open.splice(0).flatMap((meeting) => meeting.people);
  await Promise.all(people.map((participant) => participant.leave()));
  expect(people.flatMap(({ errors }) => errors)).toEqual([]);
});
