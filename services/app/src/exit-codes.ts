/** How the app ends, beside the codes that every service has (0 to 3, and 128 + signal). */
export const appExitCodes = {
  /** The postStart hook's marker did not come. */
  postStart: 4,
  /** The database on the Pod's volume is damaged; a restart will not help. */
  damagedData: 5,
} as const;
