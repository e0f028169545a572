import { registerHooks } from 'node:module';

/** To be preloaded (`node --import`): at its exit the process writes every module that it imported, a URL a line, to its standard error. */
const urls = new Set<string>();
registerHooks({
  load(url, context, next) {
    urls.add(url);
    return next(url, context);
  },
});
// Not imported, since what is loaded already is not listed.
process.on('exit', () => process.getBuiltinModule('node:fs').writeSync(2, `${[...urls].join('\n')}\n`));
