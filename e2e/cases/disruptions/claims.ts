import { ask, get, namespace, scaleTo, until } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { kubectl } from '../../run.ts';

const key = 'http://127.0.0.1:8080/api/pods/2/data/claimed';
const claim = 'data-podkit-2';

const retain = (whenScaled: 'Delete' | 'Retain') =>
  kubectl(
    '-n',
    namespace,
    'patch',
    'statefulset',
    'podkit',
    `--patch=${JSON.stringify({ spec: { persistentVolumeClaimRetentionPolicy: { whenScaled } } })}`,
  );

/** With `Delete` a scale-down deletes the claim, and the next Pod starts empty. With `Retain` the next Pod gets the same claim. */
export async function claimRetention(): Promise<string> {
  await retain('Delete');
  await scaleTo(3);
  await write();
  await scaleTo(2);
  await until(`${claim} to be deleted`, async () => (await get('persistentvolumeclaim', claim)) === undefined);
  await retain('Retain');
  await scaleTo(3);
  const { status } = await until('a response of podkit-2', async () => {
    const response = await ask('podkit-0', key);
    return response.status < 500 && response;
  });
  expect(status === 404, `after Delete the key answered ${status}`);
  await write();
  await scaleTo(2);
  expect((await get('persistentvolumeclaim', claim)) !== undefined, `after Retain ${claim} is gone`);
  await scaleTo(3);
  await until('the key of the kept claim', async () => (await ask('podkit-0', key)).body === 'claimed');
  return 'Delete: claim and key gone; Retain: claim kept, key read again';
}

async function write(): Promise<void> {
  await until(
    'a key to be saved',
    async () => (await ask('podkit-0', key, { method: 'PUT', body: 'claimed' })).status < 300,
  );
}
