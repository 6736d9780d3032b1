import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ContaSimplesTokenStatus, TokenFailureKind } from 'nestjs-conta-simples-auth';
import { openTelemetry } from 'nestjs-conta-simples-auth/opentelemetry';

const DOCS = join(process.cwd(), 'docs');
const read = (file: string) => readFileSync(join(DOCS, file), 'utf8');

/** Every name of ours, as Prometheus spells it, that a text has outside of label matchers. */
const namesIn = (text: string) => new Set(withoutLabels(text).match(/\bconta_simples_auth_[a-z_]+/g));
const withoutLabels = (text: string) =>
  text.replace(/\{[^{}]*\}/g, '').replace(/\b(?:by|on|without)\s*\([^()]*\)/g, '');

/** What Prometheus would read from an application in which each thing has happened once. */
async function exported() {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const status: ContaSimplesTokenStatus = { account: 'default', state: 'valid', generation: 1, expiresAt: Date.now() };
  const session = openTelemetry({ meterProvider }).start({
    version: '0.1.0',
    tokenUrl: 'https://api.example/oauth/v1/access-token',
    tokenPath: '/oauth/v1/access-token',
    accounts: ['default'],
    hasStore: true,
    statuses: () => [status],
  });
  const about = { account: 'default', at: 0 };
  const token = { fingerprint: 'sha256:0', generation: 1, expiresAt: 0, durationMs: 1 };
  session.event({ type: 'acquired', ...about, cause: 'shared', ...token });
  session.event({ type: 'replayed', ...about, status: 200 });
  for (const failure of [undefined, 'credentials_rejected', 'forbidden'] satisfies (TokenFailureKind | undefined)[]) {
    session.tokenRequest({ account: 'default', cause: 'first' }).end({ durationMs: 1, failure });
  }
  session.servedWhileFailing('default');
  session.servedWhileFailing('not configured');
  session.storeOperation({ operation: 'get', durationMs: 1 });
  session.storeOperation({ operation: 'set', durationMs: 1, failure: 'timeout' });
  session.leaseWait({ durationMs: 1, outcome: 'token' });
  session.clockSkew(1_000);
  const { resourceMetrics } = await exporter.collect();
  const text = new PrometheusSerializer().serialize(resourceMetrics);
  await meterProvider.shutdown();
  return text;
}

let text: string;
let series: Set<string>;

beforeAll(async () => {
  text = await exported();
  series = new Set(text.match(/^conta_simples_auth_[a-z_]+(?=[{ ])/gm));
});

/** Label matchers of our metrics, `name="value"` or `name=~"one|other"`. */
function matchers(expressions: string): { label: string; values: string[] }[] {
  return [...expressions.matchAll(/([a-z_]+)(=~?|!=)\\?"([^"\\]+)\\?"/g)].flatMap(([, label = '', , value = '']) =>
    /^(?:conta_simples_auth_|error_type)/.test(label) ? [{ label, values: value.split('|') }] : [],
  );
}

const dashboard = () => JSON.parse(read('grafana-dashboard.json')) as Dashboard;

const queries = () => dashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
  }[];
}

/** The rules' expressions: the text after `expr:`, on its line or, after `|` or `>-`, on the deeper lines below. */
function expressions(yaml: string): string[] {
  const blocks = yaml.matchAll(/^( *)expr: (?:[|>]-?\n((?:\1 +.*\n|\n)+)|(.+)\n)/gm);
  return [...blocks].map(([, , block, line]) => (block ?? line ?? '').trim());
}

describe('the alert rules', () => {
  const yaml = read('alert-rules.yaml');
  const rules = expressions(yaml);

  it('have an expression, a duration or none, a severity and a summary each', () => {
    const names = yaml.match(/^ +- alert: [A-Za-z]+$/gm) ?? [];
    expect(names.length).toBeGreaterThanOrEqual(7);
    expect(new Set(names).size).toBe(names.length);
    expect(rules).toHaveLength(names.length);
    expect(yaml.match(/^ +severity: (?:critical|warning)$/gm)).toHaveLength(names.length);
    expect(yaml.match(/^ +summary: .{20,}$/gm)).toHaveLength(names.length);
    expect(yaml).not.toMatch(/\t/);
  });

  it('close every bracket and quote', () => {
    for (const rule of rules) expectBalanced(rule);
  });

  it('ask for nothing that is not exported', () => {
    expectExported(rules.join('\n'));
  });
});

describe('the dashboard', () => {
  it('has panels that are drawn side by side, each with a query that is well-formed', () => {
    const { panels, title } = dashboard();
    expect(title).toContain('Conta Simples');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos, targets = [], type } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(targets.length > 0).toBe(type !== 'row');
      for (const { expr } of targets) expectBalanced(expr);
    }
  });

  it('asks for nothing that is not exported', () => {
    expectExported(queries().join('\n'));
  });

  it('shows every metric there is', () => {
    const shown = namesIn(queries().join('\n'));
    const families = [...(text.matchAll(/^# TYPE (conta_simples_auth_\w+) /gm) ?? [])].map(([, name = '']) => name);
    expect(families.filter((family) => ![...shown].some((name) => name.startsWith(family)))).toEqual([]);
  });
});

describe('the guide', () => {
  it('names every metric as OpenTelemetry and as Prometheus spells it, and no other', () => {
    const guide = read('observability.md');
    const types = [...text.matchAll(/^# TYPE (conta_simples_auth_\w+) (\w+)$/gm)];
    expect(types).toHaveLength(12);
    const missing = types.flatMap(([, name = '', type = '']) =>
      new RegExp(`\`${name}\`.*\\b${type}\\b`).test(guide) ? [] : [`${name} ${type}`],
    );
    expect(missing).toEqual([]);
    const unknown = [...namesIn(guide)].filter((name) => !isExported(name) && !isLabel(name));
    expect(unknown).toEqual([]);
  });
});

function isExported(name: string): boolean {
  return series.has(name) || new RegExp(`^# TYPE ${name} `, 'm').test(text);
}

function isLabel(name: string): boolean {
  return text.includes(`${name}="`);
}

function expectExported(asked: string): void {
  const names = namesIn(asked);
  expect(names.size).toBeGreaterThan(0);
  expect([...names].filter((name) => !series.has(name))).toEqual([]);
  for (const { label, values } of matchers(asked)) {
    for (const value of values) expect(text).toContain(`${label}="${value}"`);
  }
  const grouped = [...asked.matchAll(/\b(?:by|on)\s*\(([^()]*)\)/g)].flatMap(([, list = '']) => list.split(/\s*,\s*/));
  const ours = grouped.filter((label) => /^(?:conta_simples_auth_|error_type)/.test(label));
  expect(ours.filter((label) => !isLabel(label))).toEqual([]);
}

function expectBalanced(expression: string): void {
  const open: string[] = [];
  for (const character of expression.replace(/"[^"]*"/g, '')) {
    if ('([{'.includes(character)) open.push(character);
    else if (')]}'.includes(character)) expect(open.pop()).toBe('([{'[')]}'.indexOf(character)]);
    else expect(character).not.toBe('"');
  }
  expect(open).toEqual([]);
}
