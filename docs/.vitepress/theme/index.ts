import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { nextTick } from 'vue';

/** Pictures are drawn in the browser, and only there is what draws them loaded. */
async function draw(): Promise<void> {
  if (document.querySelector('pre.mermaid') === null) return;
  const { default: mermaid } = await import('mermaid');
  const isDark = document.documentElement.classList.contains('dark');
  mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'neutral' });
  await mermaid.run({ querySelector: 'pre.mermaid' });
}

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    if (import.meta.env.SSR) return;
    router.onAfterRouteChanged = () => void nextTick(draw);
  },
};
export default theme;
