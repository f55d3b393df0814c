import { join } from 'node:path';
import { findPython } from '../python/find-python.ts';
import { runPython } from '../python/run-python.ts';
import { cachedArtifact, type FetchOptions } from './artifact.ts';

export const OPENTELEMETRY_PYTHON_VERSION = '1.45.2';

/**
 * The Python of an environment with OpenTelemetry's SDK and its OTLP exporters from PyPI, for tests with them.
 * @throws StackError when Python is missing or the packages cannot be had
 */
export async function openTelemetryPython(options: FetchOptions = {}): Promise<string> {
  const { path, version } = findPython();
  const folder = await cachedArtifact(`opentelemetry-${OPENTELEMETRY_PYTHON_VERSION}-python${version}`, options, async (draft) => {
    const signal = options.signal ? { signal: options.signal } : {};
    options.onProgress?.('installing from PyPI');
    await runPython(path, ['-m', 'venv', draft], signal);
    const packages = ['opentelemetry-sdk', 'opentelemetry-exporter-otlp'].map((name) => `${name}==${OPENTELEMETRY_PYTHON_VERSION}`);
    await runPython(join(draft, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], signal);
  });
  return join(folder, 'bin', 'python');
}
