/** Header extension ids as Jicofo signals them in every conference (colibri2.md §7.2). */
export const extensionId = {
  audioLevel: 1,
  absSendTime: 3,
  transportCc: 5,
  mid: 10,
  dependencyDescriptor: 11,
} as const;
