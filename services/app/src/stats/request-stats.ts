import { RequestKinds } from './request-kinds.ts';

/** Number and total time of the requests of one kind. */
export type RouteStats = { route: string; method: string; status: number; count: number; secondsSum: number };

/** Called with each answered request. */
export type RequestListener = (method: string, route: string, status: number, seconds: number) => void;

/** Counts the requests for `/stats`, whose format is not Prometheus': the metrics-adapter converts it. */
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
    const entry = this.#kinds.get(method, route, status);
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
