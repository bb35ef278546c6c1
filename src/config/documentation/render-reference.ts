import type { Setting } from '../setting.ts';
import { settings } from '../settings/settings.ts';
import { renderHocon, renderLiteral } from './render-hocon.ts';

const introduction = `# Every key Trestle knows, with its default.
#
# Made from the program by "npm run docs:config"; a test compares. Do not copy it: write the few keys that differ into
# a jvb.conf of your own. How files, flags and the files of an older jitsi-videobridge rank is in
# docs/configuration.md. The blocks videobridge, jmt, ice4j and tracing are the JVB's; trestle is ours, so the same
# file still starts a JVB.
#
# Marks: (differs) obeyed in another way than by the JVB, (ignored) without meaning here and harmless,
# (unsupported) a warning where the value asks for it. A key behind # has no default.
`;

/** config/reference.conf. */
export function renderReference(): string {
  const entries = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => ({
    path: key.split('.'),
    comment: commentOn(setting),
    value: setting.default === undefined ? undefined : renderLiteral(setting.default),
  }));
  return `${introduction}\n${renderHocon(entries)}`;
}

function commentOn({ treatment, about, reason }: Setting<unknown>): string[] {
  switch (treatment) {
    case 'obeyed':
      return [about];
    case 'approximated':
      return [about, `(differs) ${reason ?? ''}`];
    default:
      return reason === about
        ? [`(${treatment}) ${about}`]
        : [about, `(${treatment}) ${reason ?? ''}`];
  }
}
