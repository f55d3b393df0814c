import { graphiteFiles } from './graphite-settings.ts';

describe('graphiteFiles', () => {
  const ports = { plaintextPort: 1, picklePort: 2, queryPort: 3, webPort: 4 };
  const files = graphiteFiles({ ...ports, dataDir: '/a "folder"', environment: '/env', retentions: '10s:6h' });

  it('tells carbon its ports and not to hold back new series', () => {
    const lines = files['carbon.conf']!.split('\n');
    for (const line of ['LINE_RECEIVER_PORT = 1', 'PICKLE_RECEIVER_PORT = 2', 'CACHE_QUERY_PORT = 3']) expect(lines).toContain(line);
    expect(lines).toContain('GRAPHITE_URL = http://127.0.0.1:4');
    expect(lines).toContain('MAX_CREATES_PER_MINUTE = inf');
    expect(files['storage-schemas.conf']).toContain('retentions = 10s:6h');
  });

  it('quotes paths for Python', () => {
    const settings = Object.entries(files).find(([name]) => name.endsWith('.py'))![1];
    expect(settings).toContain('STORAGE_DIR = "/a \\"folder\\"/storage"');
    expect(settings).toContain("CARBONLINK_HOSTS = ['127.0.0.1:3']");
  });
});
