import { startEmbeddedPostgres } from '../../../src/process/embedded-postgres.js';

/** Starts the embedded PostgreSQL of a data directory, says where it listens, and keeps it until SIGTERM. */
const [dataDir = ''] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({ dataDir });
  process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
  console.log(JSON.stringify({ port: server.port, url: server.url }));
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
}
