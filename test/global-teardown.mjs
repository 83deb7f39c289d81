/** Stops what the set-up started, the database last. */
export default async function teardown() {
  for (const server of globalThis.interlineTestServers ?? []) await server.stop();
}
