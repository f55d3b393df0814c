/** The value of the first sample of a metric of an app; NaN when it has none. */
export async function appMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(name));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? NaN);
}
