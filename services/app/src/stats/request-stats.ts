import { RequestKinds } from './request-kinds.ts';

/** One kind of request: how many there were and how long they took together. */
export type RouteStats = { route: string; method: string; status: number; count: number; secondsSum: number };

/** Called with each answered request. */
export type RequestListener = (method: string, route: string, status: number, seconds: number) => void;

/** The app's own counts of its requests, in a form that is not Prometheus': the adapter's work begins here. */
export class RequestStats {
  readonly #kinds = new RequestKinds<RouteStats>((method, route, status) => ({
    route,
    method,
    status,
    count: 0,
    secondsSum: 0,
  }));
  readonly #listeners: RequestListener[] = [];
  #total = 0;

  observe(method: string, route: string, status: number, seconds: number): void {
    const entry = this.#kinds.of(method, route, status);
    entry.count += 1;
    entry.secondsSum += seconds;
    this.#total += 1;
    for (const listener of this.#listeners) listener(method, route, status, seconds);
  }

  onRequest(listener: RequestListener): void {
    this.#listeners.push(listener);
  }

  get total(): number {
    return this.#total;
  }

  snapshot(): { total: number; byRoute: RouteStats[] } {
    return { total: this.#total, byRoute: [...this.#kinds.all()] };
  }
}
