import { useEffect, useState } from 'preact/hooks';

const queries = ['(prefers-color-scheme: dark)', 'print'];
const current = () => queries.map((query) => matchMedia(query).matches).join();

/** A text that changes with the page's colours: with the browser's colour scheme, and for print. */
export function useColours() {
  const [colours, setColours] = useState(current);
  useEffect(() => {
    const lists = queries.map((query) => matchMedia(query));
    const change = () => setColours(current());
    for (const list of lists) list.addEventListener('change', change);
    return () => {
      for (const list of lists) list.removeEventListener('change', change);
    };
  }, []);
  return colours;
}
