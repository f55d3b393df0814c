import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A query of a panel, with the name of the panel that it is for. */
export interface PanelQuery {
  readonly panel: string;
  readonly panelType: string;
  /** `uid` of the data source. */
  readonly source: string;
  /** As it stands in the file. */
  readonly query: {
    readonly target?: string;
    readonly query?: string;
    readonly metrics?: readonly { readonly type: string }[];
    readonly bucketAggs?: readonly { readonly type: string; readonly field: string }[];
  };
}

interface DashboardFile {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly PanelQuery['query'][];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string; readonly allValue?: string }[];
  };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly datasource: { readonly uid: string };
      readonly target?: { readonly query: string };
      readonly timeField?: string;
      readonly textField?: string;
      readonly tagsField?: string;
    }[];
  };
}

export const GRAFANA_FOLDER = join(__dirname, '..', '..', '..', '..', 'docker', 'grafana');

export const dashboard = JSON.parse(readFileSync(join(GRAFANA_FOLDER, 'dashboards', 'hercules.json'), 'utf8')) as DashboardFile;

export const panelQueries: readonly PanelQuery[] = dashboard.panels.flatMap(({ title, type, targets, datasource }) =>
  (targets ?? []).map((query) => ({ panel: title, panelType: type, source: datasource!.uid, query })),
);

/** Puts the variables' values into a query as Grafana does: `$name` and `${name:format}`. @throws Error for a variable that there is not */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const value = values[(braced ?? bare)!];
    if (value === undefined) throw new Error(`${whole} in ${text} is no variable of the dashboard`);
    return value;
  });
}
