import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** How a process of this start fares. */
interface Standing {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
}

/** What the supervisor of a full start tells of itself and of those in its care; `standings` is asked at each scrape. */
export function createSupervisorMetrics(standings: () => readonly Standing[]): {
  readonly own: Registry;
  readonly fleet: Registry;
} {
  const [own, fleet] = [new Registry(), new Registry()];
  collectDefaultMetrics({ register: own });
  new Gauge({
    name: 'interline_process_up',
    help: 'Whether a process of this start runs and was ready.',
    labelNames: ['process'],
    aggregator: 'first',
    registers: [fleet],
    collect() {
      for (const { name, ready } of standings()) this.set({ process: name }, ready ? 1 : 0);
    },
  });
  new Gauge({
    name: 'interline_process_restarts',
    help: 'How often a process was started again since this start.',
    labelNames: ['process'],
    aggregator: 'first',
    registers: [fleet],
    collect() {
      for (const { name, restarts } of standings()) this.set({ process: name }, restarts);
    },
  });
  return { own, fleet };
}
