import { z } from 'zod';
import { closestKey } from '../../src/config/closest-key.ts';
import { err, ok, type Result } from '../../src/base/result.ts';
import type { NetworkProfile } from '../media/link.ts';
import { MAX_GROUPS } from '../media/stamp.ts';
import { type Limits, limitNames, mediaLimitNames } from '../report/report.ts';
import { sum } from '../sum.ts';
import type { ClientGroup, Scenario } from './scenario.ts';

// What a scenario file may say (docs/loadtest.md, "Scenarios").

/** `null`: not judged. */
const allowed = z.number().min(0).nullable().optional();
const limits = z.strictObject(
  Object.fromEntries(limitNames.map((name) => [name, allowed] as const)),
);
const mediaLimits = z.strictObject(
  Object.fromEntries(mediaLimitNames.map((name) => [name, allowed] as const)),
);

/** One way; a key left out is as for both. */
const oneWay = {
  lossPercent: z.number().min(0).max(100).optional(),
  burst: z.number().min(1).optional(),
  delayMs: z.number().min(0).optional(),
  capKbps: z.number().min(0).optional(),
};
const network = z.strictObject({
  ...oneWay,
  up: z.strictObject(oneWay).optional(),
  down: z.strictObject(oneWay).optional(),
});

const group = z.strictObject({
  name: z.string().min(1).max(40).optional(),
  count: z.int().min(1).optional(),
  sharePercent: z.number().gt(0).max(100).optional(),
  microphone: z.enum(['talks', 'endless', 'none']),
  camera: z.union([z.boolean(), z.enum(['VP8', 'VP9', 'AV1'])], {
    error: 'must be true, false, VP8, VP9 or AV1',
  }),
  view: z.enum(['tile', 'stage', 'none']).optional(),
  lastN: z.int().min(-1).optional(),
  channel: z.enum(['websocket', 'sctp']).optional(),
  network: network.default({}),
  limits: mediaLimits.default({}),
});

const groups = z
  .array(group)
  .min(1)
  .max(MAX_GROUPS)
  .superRefine((all, context) => {
    all.forEach(({ count, sharePercent }, at) => {
      if (count === undefined || sharePercent === undefined) return;
      const message = 'count is so many people besides, sharePercent a part of the size: say one';
      context.addIssue({ code: 'custom', path: [at, 'sharePercent'], message });
    });
    const sharing = all.filter(({ count }) => count === undefined);
    const left = 100 - sum(sharing.map(({ sharePercent }) => sharePercent ?? 0));
    const withoutShare = sharing.filter(({ sharePercent }) => sharePercent === undefined).length;
    const fits = withoutShare === 0 ? Math.abs(left) < 0.001 : withoutShare === 1 && left > 0;
    if (fits) return;
    context.addIssue({ code: 'custom', message: shareFault(sharing.length, withoutShare, left) });
  });

const file = z.strictObject({
  summary: z.string().max(200).default('a scenario of your own'),
  sizes: z
    .array(z.int().min(1))
    .min(1)
    .refine((all) => all.every((size, at) => size > (all[at - 1] ?? 0)), { error: 'must rise' }),
  peoplePerRoom: z.int().min(1).optional(),
  step: z
    .string()
    .max(80)
    .refine((text) => /\{(?:size|people)\}/.test(text), {
      error: 'must contain {size} or {people}, or all steps had one name',
    })
    .default('{people} people'),
  joinsPerSecond: z.number().min(0).default(5),
  clients: groups,
  limits: limits.default({}),
});

/** A wrong place in a scenario file. */
export type ScenarioFault = {
  readonly path: readonly PropertyKey[];
  /** `clients[1].view: must be …`. */
  readonly text: string;
};

/** Checks what a scenario file says. @param name of the scenario and its rooms */
export function decodeScenario(name: string, value: unknown): Result<Scenario, ScenarioFault> {
  const parsed = file.safeParse(value);
  if (!parsed.success) return err(faultOf(parsed.error.issues[0]));
  const { clients, peoplePerRoom, ...rest } = parsed.data;
  return ok({
    ...rest,
    name,
    peoplePerRoom,
    clients: withShares(clients).map((each) => ({
      ...each,
      network: directions(each.network),
      limits: judged(each.limits),
    })),
    limits: judged(rest.limits),
  });
}

/** What nobody judges is null in a file and undefined in a program. */
function judged(stated: z.infer<typeof limits>): Partial<Limits> {
  return Object.fromEntries(Object.entries(stated).map(([key, most]) => [key, most ?? undefined]));
}

/** What is said of one way counts there, the rest both ways. */
function directions({ up, down, ...both }: z.infer<typeof network>): ClientGroup['network'] {
  return { up: profileOf({ ...both, ...up }), down: profileOf({ ...both, ...down }) };
}

function profileOf({
  lossPercent,
  burst,
  delayMs,
  capKbps,
}: Omit<z.infer<typeof network>, 'up' | 'down'>): Partial<NetworkProfile> {
  return {
    ...(lossPercent !== undefined && { loss: lossPercent / 100 }),
    ...(burst !== undefined && { burst }),
    ...(delayMs !== undefined && { delayMs }),
    ...(capKbps !== undefined && { capBps: capKbps * 1000 }),
  };
}

function withShares(all: z.infer<typeof groups>) {
  const left = 100 - sum(all.map(({ sharePercent }) => sharePercent ?? 0));
  return all.map((each, at) => ({
    ...each,
    name: each.name ?? (all.length === 1 ? 'everybody' : `group ${at + 1}`),
    count: each.count,
    sharePercent: each.count === undefined ? (each.sharePercent ?? left) : 0,
  }));
}

function shareFault(sharing: number, withoutShare: number, left: number): string {
  if (sharing === 0) {
    return 'all have a count, so that a size would say nothing: leave it out of the group that grows';
  }
  if (withoutShare > 1) return 'only one group can have the rest: give the others a sharePercent';
  const total = `sharePercent adds up to ${Number((100 - left).toFixed(3))}`;
  return withoutShare === 1 ? `${total}: nothing is left for the last group` : `${total}, not 100`;
}

function faultOf(issue: z.core.$ZodIssue | undefined): ScenarioFault {
  const path = issue?.path ?? [];
  if (issue?.code !== 'unrecognized_keys') {
    const message = issue?.message ?? 'is not as expected';
    const said = message.endsWith('received undefined') ? 'is missing' : message;
    return { path, text: textOf(path, said) };
  }
  const [key = ''] = issue.keys;
  return { path: [...path, key], text: textOf([...path, key], strangerText(path, key)) };
}

function strangerText(path: readonly PropertyKey[], key: string): string {
  if (path[0] === 'clients' && path.includes('limits') && Object.hasOwn(limits.shape, key)) {
    return 'is judged of all clients together: state it in the limits of the scenario';
  }
  const closest = closestKey(key, knownKeys(path));
  return `there is no such key${closest === undefined ? '' : `; did you mean ${closest}?`}`;
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.includes('up') || path.includes('down')) return Object.keys(oneWay);
  if (path.includes('network')) return Object.keys(network.shape);
  if (path.includes('limits')) return Object.keys(limits.shape);
  return Object.keys(path[0] === 'clients' ? group.shape : file.shape);
}

function textOf(path: readonly PropertyKey[], message: string): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  const name = place.join('').replace(/^\./, '');
  return name === '' ? message : `${name}: ${message}`;
}
