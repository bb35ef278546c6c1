import { readFileSync } from 'node:fs';

export type RecordedExchange = {
  readonly method: string;
  readonly path: string;
  /** As sent; '' = none. */
  readonly body: string;
  readonly status: number;
  readonly answer: string;
};

/** Reads `#### METHOD path`, body, `---- answer`, HTTP answer. */
export function readRecordedRest(name: string): readonly RecordedExchange[] {
  const file = new URL(`data/jicofo-jvb/${name}`, import.meta.url);
  return readFileSync(file, 'utf8')
    .split(/^#### /m)
    .slice(1)
    .map((exchange) => {
      const [asked = '', answered = ''] = exchange.split('---- answer\n');
      const [first = '', ...body] = asked.split('\n');
      const [method = '', path = ''] = first.split(' ');
      const [head = '', ...rest] = answered.replaceAll('\r', '').split('\n\n');
      const status = Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]);
      return {
        method,
        path,
        body: body.join('\n').trim(),
        status,
        answer: rest.join('\n\n').trim(),
      };
    });
}
