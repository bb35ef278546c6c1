/** The namespace of everything Colibri2 (colibri2.md §0). */
export const colibri2 = 'jitsi:colibri2';
