import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export type PageFile = { readonly contentType: string; readonly body: string };

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

/**
 * Reads the whole page into memory, by path below it. TypeScript is served with its types stripped, one module
 * a file, so that the page needs no bundler and is never out of date; imports keep their `.ts`.
 */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const root = fileURLToPath(new URL('../page/', import.meta.url));
  const entries = await readdir(root, { recursive: true });
  const files = new Map<string, PageFile>();
  for (const path of entries) {
    const contentType = contentTypes[extname(path)];
    if (contentType === undefined) continue;
    const text = await readFile(join(root, path), 'utf8');
    files.set(path, { contentType, body: path.endsWith('.ts') ? stripTypes(text) : text });
  }
  return files;
}

function stripTypes(source: string): string {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  return outputText;
}
