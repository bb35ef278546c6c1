/** 127.0.0.0/8, ::1 and localhost: the only targets that need no promise of the user. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bare);
}

/** Why a host is refused as a target. */
export function notOurs(host: string): string {
  return `${host} is not this machine: --i-own-this-host says that you may put load on it`;
}
