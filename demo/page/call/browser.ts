/** Firefox needs a few things of its own: no simulcast by SSRC, and no MID from the bridge. */
export const isFirefox = navigator.userAgent.includes('Firefox/');
