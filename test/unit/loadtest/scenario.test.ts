import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { perfectNetwork } from '../../../loadtest/media/link.ts';
import {
  clientsOf,
  type Knobs,
  profilesOf,
  stepName,
} from '../../../loadtest/scenario/scenario.ts';
import {
  bundledNames,
  bundledScenario,
  loadScenario,
  parseScenario,
} from '../../../loadtest/scenarios/load-scenario.ts';

const knobs: Knobs = {
  codec: 'VP8',
  channel: 'websocket',
  view: 'tile',
  lastN: -1,
  loudest: 0,
  network: perfectNetwork,
};

const talks = '{ microphone: talks, camera: true }';

function parse(...lines: readonly string[]) {
  return parseScenario('mine.yaml', lines.join('\n'));
}

describe('a bundled scenario', () => {
  it.each(bundledNames)('%s grows by adding people to the same rooms', (name) => {
    const scenario = bundledScenario(name);
    const [small = 0, large = 0] = scenario.sizes;
    const few = clientsOf(scenario, small, knobs, 1);
    const many = clientsOf(scenario, large, knobs, 1);
    expect(many.length).toBeGreaterThan(few.length);
    expect(many.slice(0, few.length)).toEqual(few);
  });
});

describe('the example in docs/loadtest.md', () => {
  it('is a scenario', () => {
    const page = readFileSync(new URL('../../../docs/loadtest.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    expect(clientsOf(parse(example), 20, knobs, 1)).toHaveLength(23);
  });
});

describe('a scenario', () => {
  it('puts those with a count in beside the people its size counts', () => {
    const scenario = parse(
      'sizes: [4]',
      'step: "{size} of {people}"',
      'clients:',
      '  - { count: 1, microphone: endless, camera: VP9, view: none }',
      '  - { microphone: none, camera: false, view: stage, lastN: 2 }',
    );
    const clients = clientsOf(scenario, 4, knobs, 10);
    expect(clients).toHaveLength(5);
    expect(clients[0]).toMatchObject({ participant: 10, audio: 'endless', video: 'VP9' });
    expect(clients[4]).toMatchObject({ audio: 'none', video: undefined, view: 'stage', lastN: 2 });
    expect(stepName(scenario, 4)).toBe('4 of 5');
  });

  it('has rooms of equal size, a count in each of them', () => {
    const scenario = parse(
      'sizes: [3]',
      'peoplePerRoom: 2',
      'clients:',
      '  - { count: 1, microphone: endless, camera: false }',
      `  - ${talks}`,
    );
    const rooms = clientsOf(scenario, 3, knobs, 1).map(({ room, audio }) => `${room} ${audio}`);
    expect(rooms.slice(0, 4)).toEqual([
      'mine-1 endless',
      'mine-1 talks',
      'mine-1 talks',
      'mine-2 endless',
    ]);
    expect(rooms).toHaveLength(9);
  });

  it('gives each group its share as nearly as can be, at every size', () => {
    const scenario = parse(
      'sizes: [10]',
      'clients:',
      '  - { sharePercent: 20, microphone: none, camera: false }',
      `  - ${talks}`,
    );
    for (const size of [1, 4, 7, 10, 33, 100]) {
      const silent = clientsOf(scenario, size, knobs, 1).filter(({ audio }) => audio === 'none');
      expect(Math.abs(silent.length - size * 0.2)).toBeLessThan(1);
    }
  });

  it('takes what a group does not say from the command line', () => {
    const scenario = parse('sizes: [1]', `clients: [${talks}]`);
    const chosen = { ...knobs, codec: 'AV1', view: 'stage', lastN: 3, channel: 'sctp' } as const;
    expect(clientsOf(scenario, 1, chosen, 1)).toMatchObject([
      { video: 'AV1', view: 'stage', lastN: 3, channel: 'sctp' },
    ]);
  });

  it('may put some clients behind a network of their own, each way or both', () => {
    const scenario = parse(
      'sizes: [5]',
      'clients:',
      '  - { name: a, count: 1, microphone: endless, camera: false }',
      '  - name: b',
      '    sharePercent: 40',
      '    microphone: talks',
      '    camera: false',
      '    network: { lossPercent: 2, delayMs: 80, down: { capKbps: 600, lossPercent: 5 } }',
      '  - { name: c, microphone: none, camera: false }',
    );
    const chosen = { ...knobs, network: { ...perfectNetwork, delayMs: 10 } };
    const ordinary = { ...perfectNetwork, delayMs: 10 };
    const up = { loss: 0.02, burst: 1, delayMs: 80, capBps: 0 };
    const down = { ...up, loss: 0.05, capBps: 600_000 };
    expect(profilesOf(scenario, chosen)).toMatchObject([
      { name: 'a, c', network: { up: ordinary, down: ordinary } },
      { name: 'b', network: { up, down } },
    ]);
    const clients = clientsOf(scenario, 5, chosen, 1);
    expect(clients.filter(({ group }) => group === 1)).toHaveLength(2);
    for (const { group, audio, network } of clients) {
      expect(group).toBe(audio === 'talks' ? 1 : 0);
      expect(network.down.capBps).toBe(group === 1 ? 600_000 : 0);
    }
  });

  it('keeps clients apart by limits, too', () => {
    const strict =
      '{ name: b, count: 1, microphone: none, camera: false, limits: { delayP99Ms: 9 } }';
    const scenario = parse(
      'sizes: [1]',
      'limits: { audioLossPercent: 2 }',
      `clients: [${talks}, ${strict}]`,
    );
    expect(profilesOf(scenario, knobs).map(({ limits }) => limits)).toEqual([
      { audioLossPercent: 2 },
      { audioLossPercent: 2, delayP99Ms: 9 },
    ]);
  });

  it('states limits, or that something is not judged', () => {
    const stated = 'limits: { audioLossPercent: 2, freezesPerMinute: ~ }';
    const { limits } = parse('sizes: [1]', `clients: [${talks}]`, stated);
    expect(limits).toEqual({ audioLossPercent: 2, freezesPerMinute: undefined });
  });

  it.each([
    [['sizes: [4, 2]', `clients: [${talks}]`], 'mine.yaml:1: sizes: must rise'],
    [['size: [4]', `clients: [${talks}]`], 'mine.yaml:1: sizes: is missing'],
    [['sizes: [4]', 'joinRate: 4', `clients: [${talks}]`], 'mine.yaml:2: joinRate: there is no'],
    [['sizes: [4]', 'clients:', '  - microphone: loud', '    camera: true'], ':3: clients[0].mic'],
    [['sizes: [4]', 'clients:', '  - microphone: talks'], 'mine.yaml:3: clients[0].camera: must'],
    [
      ['sizes: [4]', 'clients:', `  - ${talks}`, '  - camera: false', '    views: stage'],
      'mine.yaml:4: clients[1].microphone',
    ],
    [
      ['sizes: [4]', 'clients:', '  - microphone: none', '    camera: false', '    viw: stage'],
      'mine.yaml:5: clients[0].viw: there is no such key; did you mean view?',
    ],
    [['sizes: [4]', `clients: [${talks}, ${talks}]`], 'only one group can have the rest'],
    [
      ['sizes: [4]', 'clients: [{ sharePercent: 30, microphone: none, camera: false }]'],
      'adds up to 30, not 100',
    ],
    [
      ['sizes: [4]', 'clients: [{ count: 3, microphone: none, camera: false }]'],
      'a size would say nothing',
    ],
    [['sizes: [4]', 'step: the same', `clients: [${talks}]`], ':2: step: must contain {size}'],
    [['sizes: [4', 'clients:'], 'mine.yaml: '],
    [['sizes: [4]', 'sizes: [5]', `clients: [${talks}]`], 'unique'],
    [[''], 'mine.yaml:1: '],
    [
      [
        'sizes: [1]',
        'clients:',
        `  - ${talks.replace('}', ', network: { down: { lossPercen: 3 } } }')}`,
      ],
      'mine.yaml:3: clients[0].network.down.lossPercen: there is no such key; did you mean lossPercent?',
    ],
    [
      [
        'sizes: [1]',
        'clients:',
        '  - microphone: talks',
        '    camera: true',
        '    limits: { firstAudioP95Ms: 100 }',
      ],
      'mine.yaml:5: clients[0].limits.firstAudioP95Ms: is judged of all clients together',
    ],
    [['limits: { audioLos: 3 }', 'sizes: [1]', `clients: [${talks}]`], 'limits.audioLos'],
  ])('says where %j is wrong', (lines, reason) => {
    expect(() => parse(...lines)).toThrow(reason);
  });
});

describe('a scenario file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  const value = '{ sizes: [2], clients: [{ microphone: "talks", camera: true }] }';

  it.each([
    ['Team Meeting.yaml', value],
    [
      'team-meeting.json',
      '{ "sizes": [2], "clients": [{ "microphone": "talks", "camera": true }] }',
    ],
    ['team_meeting.mjs', `export default ${value};`],
  ])('may be %s', async (name, text) => {
    const scenario = await loadScenario(write(name, text));
    expect(scenario).toMatchObject({ name: 'team-meeting', sizes: [2] });
    expect(clientsOf(scenario, 2, knobs, 1)).toHaveLength(2);
  });

  it('that is a module names its fault too', async () => {
    const wrong = write('wrong.mjs', 'export default { sizes: [2], clients: [] };');
    await expect(loadScenario(wrong)).rejects.toThrow(`${wrong}: clients: `);
    const empty = write('empty.mjs', 'export const scenario = {};');
    await expect(loadScenario(empty)).rejects.toThrow('no default export');
    const broken = write('broken.mjs', 'export default {');
    await expect(loadScenario(broken)).rejects.toThrow(`${broken} cannot be read`);
  });
});
