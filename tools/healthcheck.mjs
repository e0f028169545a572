// The images' HEALTHCHECK (`node healthcheck.mjs URL`): exit 0 when the URL answers 2xx within two seconds.
const url = process.argv[2];
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  console.log(`${response.status} ${url}`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.log(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
