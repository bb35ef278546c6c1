import { style } from '../report/html-style.ts';
import { column, drawTable, escape } from '../report/html-table.ts';
import { type Certificate, capacityTable } from './certificate.ts';

/** The certificate as one page that needs nothing else. */
export function certificatePage(certificate: Certificate): string {
  const { title, machine, native, threshold } = certificate;
  const [headings = [], ...rows] = capacityTable(certificate);
  const columns = headings.map((heading, at) =>
    column<readonly string[]>(heading, (row) => row[at] ?? '', {
      isText: at === headings.length - 1,
    }),
  );
  const config =
    threshold.config === undefined
      ? ''
      : `<pre class="wide"><code>${escape(threshold.config)}</code></pre>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}, trestle-load</title>
<style>${style}</style></head><body>
<header>${escape(title)}</header>
<p class="facts">${escape(machine)}</p>
${drawTable(columns, rows)}
<p>${escape(native)}</p>
<p>${escape(threshold.text)}</p>${config}
</body></html>
`;
}
