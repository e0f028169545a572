/** What one of the connections of a conversation sends; an empty text awaits one more message. */
export type Line = [who: 'reader' | 'writer' | 'other', commands: string];

/** Conversations about client-side caching, which every Redis answers alike. */
export const conversations: [what: string, lines: (ids: { other: string }) => Line[]][] = [
  [
    'one notice is sent for a key, until it is read again',
    () => [
      ['reader', 'HELLO 3'],
      ['reader', 'CLIENT TRACKING ON\nGET k\nMGET a b'],
      ['writer', 'SET k 1\nSET unread 1'],
      ['reader', ''],
      ['writer', 'SET k 2\nSET b 2'],
      ['reader', ''],
      ['reader', 'GET k'],
      ['writer', 'DEL k'],
      ['reader', ''],
      ['reader', 'PING'],
    ],
  ],
  [
    'broadcasting tells of all keys under the prefixes',
    () => [
      ['reader', 'HELLO 3'],
      ['reader', 'CLIENT TRACKING ON BCAST PREFIX a: PREFIX b:'],
      ['writer', 'SET c:1 1\nSET a:1 1'],
      ['reader', ''],
      ['writer', 'SET b:1 1'],
      ['reader', ''],
      ['reader', 'CLIENT TRACKINGINFO'],
    ],
  ],
  [
    'OPTIN remembers only what CLIENT CACHING YES announces',
    () => [
      ['reader', 'HELLO 3'],
      ['reader', 'CLIENT TRACKING ON OPTIN\nGET a\nCLIENT CACHING YES\nGET b\nGET c'],
      ['writer', 'SET a 1\nSET c 1\nSET b 1'],
      ['reader', ''],
      ['reader', 'PING'],
    ],
  ],
  [
    'OPTOUT leaves out what CLIENT CACHING NO announces',
    () => [
      ['reader', 'HELLO 3'],
      ['reader', 'CLIENT TRACKING ON OPTOUT\nCLIENT CACHING NO\nGET a\nGET b'],
      ['writer', 'SET a 1\nSET b 1'],
      ['reader', ''],
      ['reader', 'PING'],
    ],
  ],
  [
    'notices of own writes come behind their replies, and not with NOLOOP',
    () => [
      ['reader', 'HELLO 3'],
      ['reader', 'CLIENT TRACKING ON\nGET k'],
      ['reader', 'SET k 1'],
      ['reader', ''],
      ['reader', 'CLIENT TRACKING ON NOLOOP\nGET n\nSET n 1\nCLIENT TRACKINGINFO'],
    ],
  ],
  [
    'a connection of RESP2 redirects its notices to another one, which has subscribed',
    ({ other }) => [
      ['other', 'SUBSCRIBE __redis__:invalidate'],
      ['reader', `CLIENT TRACKING ON REDIRECT ${other}\nGET k`],
      ['writer', 'SET k 1'],
      ['other', ''],
      ['other', 'UNSUBSCRIBE __redis__:invalidate'],
    ],
  ],
  [
    'a redirection to a connection that is gone is said to be broken',
    ({ other }) => [
      ['reader', 'HELLO 3'],
      ['reader', `CLIENT TRACKING ON REDIRECT ${other}\nGET k`],
      ['other', 'QUIT'],
      ['writer', 'SET k 1'],
      ['reader', ''],
    ],
  ],
];

export const cachedTransaction = (): Line[] => [
  ['reader', 'HELLO 3'],
  ['reader', 'CLIENT TRACKING ON OPTIN\nCLIENT CACHING YES\nMULTI\nGET a\nGET c\nEXEC\nGET d'],
  ['writer', 'SET d 1\nSET c 1'],
  ['reader', ''],
  ['reader', 'PING'],
];
