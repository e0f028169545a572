import { useEffect, useState } from 'preact/hooks';

/** The store's state; the component is rendered again when it changes. */
export function useStore(store) {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(setState);
  }, [store]);
  return state;
}
