/** Exit codes of the app, besides those of every service (0 to 3, and 128 + signal). */
export const appExitCodes = {
  /** The postStart hook did not write its marker within the timeout. */
  postStart: 4,
  /** The database on the Pod's volume is damaged; a restart will not help. */
  damagedData: 5,
} as const;
