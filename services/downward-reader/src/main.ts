import { runExec } from './exec/command.ts';

if (process.argv[2] === 'exec') {
  process.exitCode = await runExec(process);
} else {
  // Only now: a program that is about to be replaced must not load a server first.
  const { runReader } = await import('./run.ts');
  await runReader(process);
}
