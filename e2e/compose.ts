import { join } from 'node:path';
import { runCases } from './case.ts';
import { composeCases } from './cases/compose.ts';
import { Compose } from './compose-project.ts';

/** `npm run e2e:compose`: start docker-compose.yml with its own project name and ports, test it, and remove it. */
const project = await Compose.create(join(import.meta.dirname, '..'));
try {
  process.exitCode = (await runCases(composeCases(project))) === 0 ? 0 : 1;
} finally {
  await project.down();
}
