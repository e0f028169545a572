// docker compose --profile load up: keep-alive clients against the app, and each ten seconds a line of what they saw.
const [url = 'http://127.0.0.1:8080/', clients = '20'] = process.argv.slice(2);
const seen = { requests: 0, failed: 0 };
const end = new AbortController();
const client = async () => {
  while (!end.signal.aborted) {
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (!response.ok) seen.failed += 1;
    } catch {
      seen.failed += 1;
    }
    seen.requests += 1;
  }
};
const print = () => console.log(JSON.stringify({ msg: 'load', url, ...seen }));
const timer = setInterval(print, 10_000);
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => end.abort());
await Promise.all(Array.from({ length: Number(clients) }, client));
clearInterval(timer);
print();
