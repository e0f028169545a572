import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { vendorFiles } from '../services/app/src/console/vendor-files.ts';

/**
 * `node tools/build.ts [service …]`: bundle services into dist/<service>/src: main.js and a module for each part that is imported
 * only when needed, with source maps and licences. The files that a service serves (`public`) are copied beside them.
 */
const root = join(import.meta.dirname, '..');
const services = readdirSync(join(root, 'services'));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : services;
const unknown = wanted.filter((name) => !services.includes(name));
if (unknown.length > 0) {
  console.error(`no such service: ${unknown.join(', ')}; there are ${services.join(', ')}`);
  process.exit(2);
}

for (const name of wanted) await bundle(name);

async function bundle(name: string): Promise<void> {
  const source = join(root, 'services', name);
  const target = join(root, 'dist', name);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const { metafile } = await build({
    entryPoints: [join(source, 'src', 'main.ts')],
    outdir: join(target, 'src'),
    // A folder deeper, as grpc-health-check is in its own package: it looks for its ../../proto.
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // CommonJS dependencies call `require` for Node's own modules, and a few use their own path.
    banner: {
      js: [
        "import { createRequire as podkitCreateRequire } from 'node:module';",
        "import { dirname as podkitDirname } from 'node:path';",
        'const require = podkitCreateRequire(import.meta.url);',
        'const __filename = import.meta.filename;',
        'const __dirname = podkitDirname(__filename);',
      ].join(' '),
    },
    external: ['pg-native', 'unix-dgram'],
    // V8 keeps the text in memory: without blanks it is 7 MB less. Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  // The bundle is read as a module although no package.json of the project is near it.
  await writeFile(join(target, 'package.json'), `${JSON.stringify({ name, private: true, type: 'module' })}\n`);
  const assets = join(source, 'public');
  const folder = join(target, 'src', 'public');
  if (existsSync(assets)) await cp(assets, folder, { recursive: true });
  await copySwaggerUi(join(target, 'src'));
  if (name === 'app') {
    await copyVendor(join(folder, 'console', 'vendor'));
    const health = createRequire(import.meta.url).resolve('grpc-health-check/package.json');
    await cp(join(dirname(health), 'proto'), join(target, 'proto'), { recursive: true });
  }
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB with its source map`);
}

/** @fastify/swagger-ui looks for its page beside its own files, which are in src/parts. */
async function copySwaggerUi(folder: string): Promise<void> {
  const { resolve } = createRequire(join(root, 'packages/chassis/package.json'));
  const page = join(dirname(resolve('@fastify/swagger-ui/package.json')), 'static');
  await cp(page, join(folder, 'static'), { recursive: true });
  await cp(join(page, 'logo.svg'), join(folder, 'parts/static/logo.svg'));
}

/** The console's page imports libraries as they are published: beside it, so that it needs nothing from elsewhere. */
async function copyVendor(folder: string): Promise<void> {
  for (const { name, path } of vendorFiles()) await cp(path, join(folder, name));
}
