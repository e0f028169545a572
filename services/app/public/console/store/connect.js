/** The ordinal of the Pod that the page shows, where that is not the one that serves it: /console/?pod=1. */
export const otherPod = new URLSearchParams(location.search).get('pod');

/** The URL of an API of the Pod that the page shows. */
export const api = (path) =>
  new URL(`../${otherPod === null ? '' : `pods/${encodeURIComponent(otherPod)}/`}api/${path}`, document.baseURI).href;

/** Read the server's stream, and open it again whenever it ends. */
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

/** Load the last hour. Without it the page still shows what comes from now on. */
async function loadHistory(page) {
  try {
    const response = await fetch(api('console/history'));
    if (response.ok) page.dispatch({ type: 'history', data: await response.json(), at: Date.now() });
  } catch {
    page.dispatch({ type: 'lost', at: Date.now() });
  }
}
