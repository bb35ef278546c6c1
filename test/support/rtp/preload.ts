import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiles `<name>.c`, which is beside this file; @returns the library in `folder`, for LD_PRELOAD */
export function compilePreload(name: string, folder: string): string {
  const library = join(folder, `${name}.so`);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl']);
  return library;
}

/** AddressSanitizer's runtime wants to come first; it need not. */
export const preloadedSanitizerOptions = 'verify_asan_link_order=0:detect_leaks=0';
