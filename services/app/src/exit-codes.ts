/** Exit codes of the app, beside those of every service (0 to 3, and 128 + signal). */
export const appExitCodes = {
  /** The postStart hook has not written its marker in time. */
  postStart: 4,
  /** The database on the Pod's volume is damaged; a restart will not help. */
  damagedData: 5,
} as const;
