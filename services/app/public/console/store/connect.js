/** The API beside this page: also right where another Pod passes the page on, under /pods/1/console/. */
export const api = (path) => new URL(`../api/${path}`, document.baseURI).href;

/** Follow the server's stream; it is opened again whenever it ends. */
export function connect(page) {
  const source = new EventSource(api('console/events'));
  const send = (type) => (message) => page.dispatch({ type, data: JSON.parse(message.data), at: Date.now() });
  source.addEventListener('console', send('document'));
  source.addEventListener('console', () => void loadHistory(page));
  source.addEventListener('update', send('update'));
  source.addEventListener('bye', () => page.dispatch({ type: 'lost', at: Date.now() }));
  source.addEventListener('error', () => {
    page.dispatch({ type: 'lost', at: Date.now() });
    // An answer other than 200 (draining, too many streams) ends an EventSource for good.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(page), 2000);
  });
}

/** Without the history the page still shows what comes from now on. */
async function loadHistory(page) {
  try {
    const answer = await fetch(api('console/history'));
    if (answer.ok) page.dispatch({ type: 'history', data: await answer.json(), at: Date.now() });
  } catch {
    page.dispatch({ type: 'lost', at: Date.now() });
  }
}
