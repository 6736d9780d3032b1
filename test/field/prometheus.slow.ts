import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { freePort } from '@support/free-port.js';
import { startDemo } from '../browser/demo-process.mjs';
import { worksBeside } from './support/works-beside.js';

/* The rules and the dashboard of docs/, given to the Prometheus that they are for. */

const RULES = 'docs/alert-rules.yaml';
const RULE_TESTS = 'test/observability/alert-rules.promtool.yaml';
/** What a demo of a few seconds cannot have: it has no store, no failure and no calls during one. */
const WITHOUT_DATA = /error_type!=|degraded_calls|replays|takeovers|store_|lease_/;

const hasPrometheus = lookForPrometheus();
const withPrometheus = hasPrometheus ? describe : describe.skip;

function lookForPrometheus(): boolean {
  try {
    for (const command of ['promtool', 'prometheus']) execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('CI needs promtool and prometheus: apt-get install prometheus');
    console.warn('No Prometheus on this machine: its tests are SKIPPED (apt-get install prometheus)');
    return false;
  }
}

let demo: Awaited<ReturnType<typeof startDemo>>;
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

beforeAll(async () => {
  if (!hasPrometheus) return;
  demo = await startDemo();
  prometheus = await startPrometheus(new URL(demo.url).host);
}, 30_000);

afterAll(async () => {
  await prometheus?.close();
  await demo?.close();
});

/** A real server that reads the demo every 200 ms, and the rules of docs/. */
async function startPrometheus(target: string) {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const config = {
    global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '1s' },
    rule_files: [join(process.cwd(), RULES)],
    scrape_configs: [{ job_name: 'demo', static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config));
  const flags = ['config.file=prometheus.yaml', 'storage.tsdb.path=data', `web.listen-address=127.0.0.1:${port}`];
  const child = spawn('prometheus', [...flags.map((flag) => `--${flag}`), '--log.level=error'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const api = async (path: string, parameters: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    return (await response.json()) as Answer;
  };
  const close = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { api, close };
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: {
    readonly result?: readonly unknown[];
    readonly groups?: readonly { readonly rules: readonly { readonly health: string; readonly name: string }[] }[];
  };
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

/** As Grafana asks: its variables replaced. */
function queries(): string[] {
  const { panels } = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8')) as Dashboard;
  return panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '10s').replaceAll('$job', '.*')),
  );
}

async function untilAnswered<T>(ask: () => Promise<T | undefined>, what = 'the question'): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await passes(100);
  }
  throw new Error(`Prometheus should have answered ${what}`);
}

withPrometheus('Prometheus', () => {
  worksBeside({ name: 'Prometheus', version: 'Debian package' }, (step) => {
    step('the alert rules are valid, and each alert fires when it should', async () => {
      expect(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' })).toMatch(/SUCCESS: 8 rules/);
      expect(execFileSync('promtool', ['test', 'rules', RULE_TESTS], { encoding: 'utf8' })).toMatch(/SUCCESS/);
      const names = (text: string, field: string) =>
        [...text.matchAll(new RegExp(`${field}: (\\w+)`, 'g'))].map(([, name]) => name);
      const tested = new Set(names(readFileSync(RULE_TESTS, 'utf8'), 'alertname'));
      expect(names(readFileSync(RULES, 'utf8'), 'alert').filter((name) => !tested.has(name))).toEqual([]);
    });

    step('the server reads the metrics of the demo and evaluates every rule', async () => {
      for (let call = 0; call < 5; call++) await fetch(new URL('/balance', demo.url));
      await untilAnswered(async () => {
        const { data } = await prometheus.api('query', {
          query: 'increase(conta_simples_auth_token_requests_total[10s])',
        });
        return data?.result?.length ? true : undefined;
      });
      const rules = await untilAnswered(async () => {
        const { data } = await prometheus.api('rules');
        const found = data?.groups?.flatMap(({ rules }) => rules) ?? [];
        return found.length > 0 && found.every(({ health }) => health !== 'unknown') ? found : undefined;
      });
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    });

    step('every query of the dashboard is answered, those about tokens with data', async () => {
      expect(queries().length).toBeGreaterThan(10);
      for (const query of queries()) {
        const { status, error } = await prometheus.api('query', { query });
        expect({ query, status, error }).toEqual({ query, status: 'success', error: undefined });
        if (WITHOUT_DATA.test(query)) continue;
        // On a busy machine the demo may have missed the limit of the last reading: then there is no data until the next.
        await untilAnswered(async () => {
          const { data } = await prometheus.api('query', { query });
          return data?.result?.length ? true : undefined;
        }, query);
      }
    });
  });
});
