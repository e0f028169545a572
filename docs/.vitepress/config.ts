import { statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig, type MarkdownRenderer } from 'vitepress';

/** Every Markdown page of the repository is one of the site (tools/site.ts copies them); README.md is the index of its folder. */
const root = join(import.meta.dirname, '../..');
const toIndex = (page: string) => page.replace(/(^|\/)README\.md$/, '$1index.md');

/** Where the files are that are no pages, such as https://git.example/podkit/blob/main; without it they are not linked. */
const source = process.env.SOURCE;

const services = ['app', 'git-sync', 'metrics-adapter', 'ambassador', 'downward-reader'];
const page = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'podkit',
  description: 'Five small Node containers for one well-behaved Kubernetes Pod',
  srcDir: './.vitepress/pages',
  cacheDir: './node_modules/.cache',
  rewrites: toIndex,
  cleanUrls: true,
  // Anchors as GitHub has them, so that a link works in both.
  markdown: { config: addRules, anchor: { slugify: slug } },
  ignoreDeadLinks: 'localhostLinks',
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Try it', '/#start'),
      page('Copy a pattern', '/docs/patterns'),
      page('Replace a tool', '/docs/migration'),
      page('Operate it', '/docs/operations'),
    ],
    sidebar: [
      { text: 'Containers', items: services.map((name) => page(name, `/services/${name}/`)) },
      { text: 'Reference', items: services.map((name) => page(name, `/docs/reference/${name}`)) },
      {
        text: 'Use',
        items: [
          page('Patterns', '/docs/patterns'),
          page('Recipes', '/docs/recipes'),
          page('From another tool', '/docs/migration'),
        ],
      },
      {
        text: 'Operate',
        items: [
          page('Operations', '/docs/operations'),
          page('Monitoring', '/docs/monitoring'),
          page('Scaling', '/docs/scaling'),
          page('Benchmarks', '/docs/benchmarks'),
          page('Security', '/SECURITY'),
          page('Kubernetes', '/k8s/'),
          page('Helm', '/charts/podkit/'),
        ],
      },
      {
        text: 'Develop',
        items: [
          page('Architecture', '/docs/architecture'),
          page('Decisions', '/docs/decisions/'),
          page('Glossary', '/docs/glossary'),
          page('Contributing', '/CONTRIBUTING'),
          page('Changelog', '/CHANGELOG'),
        ],
      },
    ],
  },
});

function addRules(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info !== 'mermaid') return fence?.(tokens, index, ...rest) ?? '';
    return `<pre class="mermaid" v-pre>${md.utils.escapeHtml(token.content)}</pre>`;
  };
  // Vue would take {{ }} for its own, in code as well.
  md.renderer.rules.code_inline = (tokens, index) =>
    `<code v-pre>${md.utils.escapeHtml(tokens[index]?.content ?? '')}</code>`;
  md.core.ruler.push('links', ({ tokens, env }) => {
    const { relativePath } = env as { relativePath: string };
    for (const { children } of tokens)
      for (const link of children ?? []) {
        const href = link.attrGet('href');
        if (link.type !== 'link_open' || href === null || /^([a-z]+:|#|\/)/.test(href)) continue;
        const target = hrefOf(href, dirname(relativePath));
        if (target !== undefined) link.attrSet('href', target);
        else {
          const end = children?.find(({ type }, at) => type === 'link_close' && at > (children?.indexOf(link) ?? 0));
          for (const token of [link, end]) if (token !== undefined) token.tag = 'span';
          link.attrs = null;
        }
      }
  });
}

/** A link of a page as the site has it; undefined where what it leads to is not in the site and nowhere else. */
function hrefOf(href: string, folder: string): string | undefined {
  const [path = '', hash] = href.split('#', 2);
  const target = normalize(join(folder, path));
  const anchor = hash === undefined ? '' : `#${hash}`;
  if (path.endsWith('.md')) return `/${toIndex(target).replace(/(^|\/)index\.md$|\.md$/, '$1')}${anchor}`;
  const readme = statSync(join(root, target, 'README.md'), { throwIfNoEntry: false });
  if (readme !== undefined) return `/${target.replace(/\/$/, '')}/`;
  return source === undefined ? undefined : `${source}/${target}`;
}
