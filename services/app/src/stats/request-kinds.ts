/** One entry for each method, route and status of requests. Nested maps, since building a key costs more. */
export class RequestKinds<Kind> {
  readonly #create: (method: string, route: string, status: number) => Kind;
  readonly #byRoute = new Map<string, Map<number, Map<string, Kind>>>();
  readonly #all: Kind[] = [];

  constructor(create: (method: string, route: string, status: number) => Kind) {
    this.#create = create;
  }

  /** The entry for this kind of request; made with the first such request. */
  get(method: string, route: string, status: number): Kind {
    return this.#byRoute.get(route)?.get(status)?.get(method) ?? this.#add(method, route, status);
  }

  /** All entries, in the order of their first requests. */
  all(): readonly Kind[] {
    return this.#all;
  }

  #add(method: string, route: string, status: number): Kind {
    const byStatus = this.#byRoute.get(route) ?? new Map<number, Map<string, Kind>>();
    const byMethod = byStatus.get(status) ?? new Map<string, Kind>();
    const kind = this.#create(method, route, status);
    this.#byRoute.set(route, byStatus.set(status, byMethod.set(method, kind)));
    this.#all.push(kind);
    return kind;
  }
}
