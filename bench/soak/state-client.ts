/** The address of the Dapr state API, and its token. */
export type StateClient = { url: string; token: string; signal?: AbortSignal };

/** Save a value. @throws if the response is not a success */
export async function saveState({ url, token, signal }: StateClient, key: string, value: string): Promise<void> {
  const body = JSON.stringify([{ key, value }]);
  const init = { method: 'POST', headers: { 'content-type': 'application/json', 'dapr-api-token': token }, body };
  const response = await fetch(`${url}/v1.0/state/notes`, { ...init, ...(signal === undefined ? {} : { signal }) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`save: ${response.status} ${answer.slice(0, 200)}`);
}

/** Read a value, or undefined if the key has none. @throws if the response is not a success */
export async function getState({ url, token, signal }: StateClient, key: string): Promise<string | undefined> {
  const init = { headers: { 'dapr-api-token': token }, ...(signal === undefined ? {} : { signal }) };
  const response = await fetch(`${url}/v1.0/state/notes/${key}`, init);
  const answer = await response.text();
  if (!response.ok) throw new Error(`read: ${response.status} ${answer.slice(0, 200)}`);
  return answer === '' ? undefined : (JSON.parse(answer) as string);
}
