import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboard, GRAFANA_FOLDER, interpolate, panelQueries } from './dashboard-file.ts';

const read = (...path: string[]): string => readFileSync(join(GRAFANA_FOLDER, ...path), 'utf8');
const sources = [...read('provisioning', 'datasources', 'hercules.yaml').matchAll(/^ {4}uid: (\S+)$/gm)].map(([, uid]) => uid);
const docs = read('..', '..', 'docs', 'grafana.md');
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

describe('the dashboard', () => {
  it('names only data sources that are provisioned', () => {
    const used = [...panelQueries.map(({ source }) => source), ...dashboard.annotations.list.map(({ datasource }) => datasource.uid)];
    expect(sources).toEqual(expect.arrayContaining([...new Set(used)].filter((uid) => uid !== '-- Grafana --')));
    expect(new Set(used).size).toBe(sources.length + 1);
  });

  it('has panels that do not lie over each other', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it.each(panels.map(({ title, description }) => [title, description]))(
    'explains the panel %s, here and in the docs',
    (title, description) => {
      expect(description).toMatch(/\.$/);
      expect(docs).toContain(title);
    },
  );

  it('uses only variables that it has', () => {
    const values = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, 'x']));
    for (const { query } of panelQueries) {
      expect(interpolate(query.target ?? query.query!, values)).not.toMatch(/\$[a-z{]/);
    }
    expect(() => interpolate('$other', values)).toThrow('$other');
  });
});

it('the environment variables of the provisioning are all explained', () => {
  const files = [read('provisioning', 'datasources', 'hercules.yaml'), read('provisioning', 'dashboards', 'hercules.yaml')];
  const names = new Set(files.join('\n').match(/(?<!\$)\$[A-Z_]+/g));
  expect(names.size).toBe(5);
  for (const name of names) expect(docs).toContain(name.slice(1));
});
