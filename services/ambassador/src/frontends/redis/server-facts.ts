/** Facts about the endpoint, for INFO. */
export type ServerFacts = {
  port: number;
  startedAt: number;
  clients: number;
  maxClients: number;
  waiting: number;
  commands: number;
  connections: number;
  rejected: number;
  errors: number;
};
