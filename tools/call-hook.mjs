// A lifecycle hook with a token (`node call-hook.mjs URL TOKEN_FILE`): exit 0 when it was answered 2xx, however long that took.
import { readFileSync } from 'node:fs';

const [url, tokenFile] = process.argv.slice(2);
try {
  const token = readFileSync(tokenFile, 'utf8').trim();
  const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  console.log(`${response.status} ${url}`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.log(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
