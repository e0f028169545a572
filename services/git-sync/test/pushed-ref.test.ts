import { expect, test } from 'vitest';
import { concerns, parsePush } from '../src/http/pushed-ref.ts';

const read = (body: unknown) => parsePush(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const bitbucket = (...names: { type: string; name: string }[]) => ({
  push: { changes: names.map((name) => ({ new: name })) },
});

test.each([
  ['GitHub', { ref: 'refs/heads/a', repository: { default_branch: 'main' } }, 'refs/heads/a', 'main'],
  ['GitLab', { ref: 'refs/tags/v1', project: { default_branch: 'trunk' } }, 'refs/tags/v1', 'trunk'],
  ['Bitbucket, a branch', bitbucket({ type: 'branch', name: 'a' }), 'refs/heads/a', undefined],
  ['Bitbucket, a tag', bitbucket({ type: 'tag', name: 'v1' }), 'refs/tags/v1', undefined],
  [
    'Bitbucket, two branches',
    bitbucket({ type: 'branch', name: 'a' }, { type: 'branch', name: 'b' }),
    undefined,
    undefined,
  ],
  ['Bitbucket, a branch that was deleted', { push: { changes: [{ new: null }] } }, undefined, undefined],
  ['a form', `payload=${encodeURIComponent('{"ref":"refs/heads/a"}')}`, 'refs/heads/a', undefined],
  ['no JSON', 'ref', undefined, undefined],
  ['null', null, undefined, undefined],
  ['another shape', { ref: 1, push: { changes: 'x' } }, undefined, undefined],
])('the ref of a push is read from %s', (_forge, body, ref, defaultBranch) => {
  expect(read(body)).toEqual({ ...(ref && { ref }), ...(defaultBranch && { defaultBranch }) });
});

test('a push concerns the ref that it names, HEAD by the default branch, and every ref where it names none', () => {
  const push = { ref: 'refs/heads/main', defaultBranch: 'main' };
  expect(['main', 'heads/main', 'refs/heads/main', 'HEAD', 'other'].map((ref) => concerns(push, ref))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect([concerns({}, 'main'), concerns({ ref: 'refs/heads/a', defaultBranch: 'main' }, 'HEAD')]).toEqual([
    true,
    false,
  ]);
});
