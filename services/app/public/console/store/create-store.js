/** A state that changes only by events: `reduce(state, event)` gives the next one. */
export function createStore(reduce, initial) {
  const listeners = new Set();
  const store = {
    state: initial,
    dispatch(event) {
      const next = reduce(store.state, event);
      if (next === store.state) return;
      store.state = next;
      for (const listener of listeners) listener(next);
    },
    /** Returns the function that ends the subscription. */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}
