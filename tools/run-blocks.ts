import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Block, missingLines } from './doc-commands.ts';

export type RunOptions = {
  cwd: string;
  /** Timeout of a block, in milliseconds. */
  timeout: number;
  /** Replaces some words, such as the name of an image. */
  rewrite?: (commands: string) => string;
};

const firstLine = ({ commands }: Block) => commands.trim().split('\n')[0] ?? '';

/**
 * Run blocks of a page one after the other in a plain shell, and return a line for each. Variables of one block are set in the
 * next. A block that stays runs beside the next one, which is tried until the first is ready.
 * @throws {Error} at the first block that fails or whose output is not as the page shows
 */
export async function runBlocks(blocks: readonly Block[], options: RunOptions): Promise<string[]> {
  const report: string[] = [];
  for (let at = 0; at < blocks.length; ) {
    const [first, second] = blocks.slice(at, at + 2);
    if (first?.stays && second !== undefined) {
      report.push(...(await runBeside(first, second, options)));
      at += 2;
    } else {
      const length = [...blocks.slice(at), { stays: true }].findIndex(({ stays }) => stays);
      report.push(...(await runInOneShell(blocks.slice(at, at + length), options)));
      at += length;
    }
  }
  return report;
}

const mark = (index: number) => `--- block ${index + 1} is done`;

async function runInOneShell(blocks: readonly Block[], options: RunOptions): Promise<string[]> {
  const script = blocks.map(({ commands }, index) => `${commands}\necho '${mark(index)}'`).join('\n');
  const shell = new Shell(script, options);
  const code = await shell.ended(options.timeout * blocks.length);
  let rest = shell.output;
  return blocks.map((block, index) => {
    const end = rest.indexOf(mark(index));
    const shown = end < 0 ? rest : rest.slice(0, end);
    expectShown(block, shown, end < 0 ? `ended with ${code}` : '');
    rest = rest.slice(end + mark(index).length);
    return `ok      ${block.page}:${block.line} ${firstLine(block)}`;
  });
}

async function runBeside(first: Block, second: Block, options: RunOptions): Promise<string[]> {
  const server = new Shell(first.commands, options);
  const until = performance.now() + options.timeout;
  try {
    for (;;) {
      const client = new Shell(second.commands, options);
      const code = await client.ended(until - performance.now());
      if (code === 0 && missingLines(second.expected, client.output).length === 0) break;
      if (server.code !== undefined) expectShown(first, server.output, `ended with ${server.code}`);
      if (performance.now() > until) expectShown(second, client.output + server.output, `ended with ${code}`);
      await delay(200);
    }
    expectShown(first, server.output, '');
  } finally {
    server.signal('SIGTERM');
    await server.ended(30_000);
  }
  return [first, second].map((block) => `ok      ${block.page}:${block.line} ${firstLine(block)}`);
}

function expectShown(block: Block, output: string, failure: string): void {
  const missing = missingLines(block.expected, output);
  if (failure === '' && missing.length === 0) return;
  const why = failure === '' ? `does not show ${JSON.stringify(missing)}` : failure;
  throw new Error(`${block.page}:${block.line} ${why}:\n${block.commands}${output.slice(-3000)}`);
}

/** A shell as a stranger has it: the system's programs first, nothing of this project on the PATH or in the environment. */
class Shell {
  output = '';
  code: number | null | undefined;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(script: string, { cwd, rewrite = (text) => text }: RunOptions) {
    const { HOME, TMPDIR, KUBECONFIG, DOCKER_HOST, PATH = '' } = process.env;
    const path = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
    const env = { HOME, TMPDIR, KUBECONFIG, DOCKER_HOST, PATH: path.join(delimiter) };
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    // A group of its own, to end all that it started.
    const child = spawn('bash', ['-euo', 'pipefail', '-c', rewrite(script)], { cwd, env, detached: true, stdio });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.output += chunk));
    this.#child = child;
    this.#closed = once(child, 'close').then(([code]) => (this.code = code as number | null));
  }

  /** Its exit code; after `timeout` ms it is killed with all that it started. */
  async ended(timeout: number): Promise<number | null | undefined> {
    const timer = setTimeout(() => this.signal('SIGKILL'), Math.max(timeout, 1));
    await this.#closed;
    clearTimeout(timer);
    return this.code;
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.code !== undefined) return;
    process.kill(-pid, name);
  }
}
