import { deadline } from '@podkit/chassis/testing/deadline';
import { findBlocks, root } from './doc-commands.ts';
import { runBlocks } from './run-blocks.ts';

/** `node tools/run-page.ts PAGE TEMP`: run the blocks of a page that need only this machine; TEMP replaces /tmp. */
const [page = '', temp = '/tmp'] = process.argv.slice(2);
const blocks = findBlocks(page).filter(({ need }) => need === 'machine');
const rewrite = (text: string) => text.replaceAll('/tmp/', `${temp}/`);
try {
  for (const line of await runBlocks(blocks, { cwd: root, timeout: deadline(60_000), rewrite })) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
