/** The four meanings that a colour has here: ok, busy (something is under way), bad, off. */
const meanings = {
  ready: 'ok',
  up: 'ok',
  starting: 'busy',
  started: 'busy',
  draining: 'busy',
  unready: 'bad',
  unreachable: 'bad',
  down: 'bad',
  degraded: 'busy',
  closed: 'off',
  exited: 'off',
  killed: 'bad',
};

export const stateMeaning = (state) => meanings[state] ?? 'off';
