import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { getLanguageService } from 'yaml-language-server';
import { pages, root, trackedFiles } from '../../tools/doc-commands.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const fileUrl = (path: string) => pathToFileURL(join(root, path)).href;

/** What VS Code knows of this folder: globs of files by the schema that they are checked against. */
const { 'yaml.schemas': globs } = JSON.parse(read('.vscode/settings.json')) as {
  'yaml.schemas': Record<string, string[]>;
};
const service = getLanguageService({
  schemaRequestService: (uri) => readFile(fileURLToPath(uri), 'utf8'),
  workspaceContext: { resolveRelativePath: (path, document) => new URL(path, document).href },
});
service.configure({
  validate: true,
  schemas: Object.entries(globs).map(([path, fileMatch]) => ({ uri: fileUrl(path), fileMatch })),
});

/** What an editor underlines in a file of this name. */
async function underlined(path: string, yaml: string): Promise<string[]> {
  const found = await service.doValidation(TextDocument.create(fileUrl(path), 'yaml', 1, yaml), false);
  return found.map(({ range: { start }, message }) => {
    const text = typeof message === 'string' ? message : message.value;
    return `${start.line + 1}:${start.character + 1} ${text}`;
  });
}

const files = trackedFiles(...Object.values(globs).flat()).filter((path) => !path.includes('/broken-config/'));

test.each(files)('an editor underlines nothing in %s', async (path) => {
  expect(await underlined(path, read(path))).toEqual([]);
});

const adapterKeys = /^(json|prometheus|keyValue|csv|statsd|logs|forward|modules):/m;

/** YAML blocks of the pages that are files of a service, by a key that only such a file has at its top. */
const blocks = pages().flatMap((page) =>
  [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].flatMap(([, text = '']) => {
    const file = /^stores:/m.test(text) ? 'ambassador.yaml' : adapterKeys.test(text) ? 'adapter.yaml' : undefined;
    return file === undefined ? [] : [{ page, path: join(dirname(page), file), text }];
  }),
);

test.each(blocks)('an editor underlines nothing in a $path as $page has it', async ({ path, text }) => {
  expect(await underlined(path, text)).toEqual([]);
});

test.each(['ambassador', 'adapter'])('an editor underlines a misspelled key of %s.yaml', async (name) => {
  const path = `local/test/fixtures/broken-config/${name}.yaml`;
  const lines = await underlined(path, read(path));
  expect(lines).toContainEqual(expect.stringMatching(/^4:5 .*(ulr|metrcs)/));
});
