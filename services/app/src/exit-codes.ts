/** How the app ends, beside the codes that every service has (0 to 3, and 128 + signal). */
export const appExitCodes = {
  /** The postStart hook's marker did not come. */
  postStart: 4,
  /** The journal on the own volume is damaged; a restart will not help. */
  badJournal: 5,
} as const;
