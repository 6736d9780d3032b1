import { type FleetReport, type FleetScenario, simulateFleet } from './simulate-fleet.js';

/** Cells of a table, its head first. */
export type Table = readonly (readonly string[])[];

/** With tokens of half an hour. */
const HOUR_IN_LIVES = 2;
const FIVE_MINUTES_IN_LIVES = 1 / 6;
/** What the vendor allows one IP address, token requests and all other calls together. */
const VENDOR_LIMIT = 100;
/** Enough to see how far chance goes; a crowd needs no second look. */
const SEEDS = [1, 2, 3];

const FLEETS = [
  { replicas: 1, accounts: 1 },
  { replicas: 10, accounts: 1 },
  { replicas: 100, accounts: 1 },
  { replicas: 1_000, accounts: 1 },
  { replicas: 10_000, accounts: 1 },
  { replicas: 10, accounts: 10 },
  { replicas: 100, accounts: 10 },
  { replicas: 10, accounts: 100 },
] as const;

type Fleet = Pick<FleetScenario, 'replicas' | 'accounts'>;

/** Token requests of fleets of all sizes, with a store and without, against the vendor's limit. */
export async function requestsTable(): Promise<Table> {
  const head = [
    'replicas',
    'accounts',
    'shared: in an hour',
    'busiest minute',
    'unshared: in an hour',
    'busiest minute',
    `unshared, ${VENDOR_LIMIT} a minute enforced`,
  ];
  const rows: string[][] = [];
  for (const fleet of FLEETS) {
    const shared = await watch({ ...fleet, shared: true, lives: HOUR_IN_LIVES });
    const unshared = await watch({ ...fleet, shared: false, lives: HOUR_IN_LIVES });
    const limited = await simulateFleet({
      ...fleet,
      shared: false,
      lives: FIVE_MINUTES_IN_LIVES,
      seed: 1,
      perMinute: VENDOR_LIMIT,
    });
    rows.push([
      figure(fleet.replicas),
      figure(fleet.accounts),
      range(shared, ({ requests }) => requests),
      range(shared, ({ busiestMinute }) => busiestMinute),
      range(unshared, ({ requests }) => requests),
      range(unshared, ({ busiestMinute }) => busiestMinute),
      outcome(fleet, limited),
    ]);
  }
  return [head, ...rows];
}

async function watch(scenario: Omit<FleetScenario, 'seed'>): Promise<FleetReport[]> {
  const seeds = scenario.replicas * scenario.accounts >= 1_000 ? SEEDS.slice(0, 1) : SEEDS;
  const reports: FleetReport[] = [];
  for (const seed of seeds) reports.push(await simulateFleet({ ...scenario, seed }));
  return reports;
}

function outcome({ replicas, accounts }: Fleet, { allServedMs, without }: FleetReport): string {
  if (allServedMs === undefined) return `after 5 min ${figure(without)} of ${figure(replicas * accounts)} still wait`;
  return allServedMs < 60_000
    ? 'all served at once'
    : `the last one served after ${Math.ceil(allServedMs / 60_000)} min`;
}

const CROWD = 1_000;

/** A crowd that starts at one moment, on stores of different speed: where the deadline of a command is reached. */
export async function storeTable(): Promise<Table> {
  const head = ['operations a second', 'longest wait for an answer', 'token requests', 'last one served after'];
  const rows: string[][] = [];
  for (const operationsPerSecond of [100_000, 20_000, 10_000, 5_000, 3_000]) {
    const report = await simulateFleet({
      replicas: CROWD,
      accounts: 1,
      shared: true,
      lives: 0.05,
      seed: 1,
      operationsPerSecond,
    });
    const { slowestOperationMs, requests, allServedMs = Number.NaN } = report;
    rows.push([
      figure(operationsPerSecond),
      `${figure(slowestOperationMs)} ms`,
      figure(requests),
      `${(allServedMs / 1_000).toFixed(1)} s`,
    ]);
  }
  return [head, ...rows];
}

function range(reports: readonly FleetReport[], read: (report: FleetReport) => number): string {
  const values = reports.map(read);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? figure(least) : `${figure(least)} to ${figure(most)}`;
}

const figure = (value: number) => Math.round(value).toLocaleString('en-US');
