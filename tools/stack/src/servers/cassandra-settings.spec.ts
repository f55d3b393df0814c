import { cassandraYaml } from './cassandra-settings.ts';

describe('cassandraYaml', () => {
  const settings = { port: 1, storagePort: 2, dataDir: '/a folder', extra: {} };

  it('puts everything of the node into its folder and on its ports', () => {
    const yaml = JSON.parse(cassandraYaml(settings)) as Record<string, unknown>;
    expect(yaml).toMatchObject({ native_transport_port: 1, storage_port: 2, commitlog_directory: '/a folder/commitlog' });
    expect(yaml['data_file_directories']).toEqual(['/a folder/data']);
  });

  it('lets settings be replaced and taken away', () => {
    const extra = { commitlog_sync: 'periodic', commitlog_sync_period: '10s', memtable_heap_space: null };
    const yaml = JSON.parse(cassandraYaml({ ...settings, extra })) as Record<string, unknown>;
    expect(yaml).toMatchObject({ commitlog_sync: 'periodic', commitlog_sync_period: '10s' });
    expect(yaml).not.toHaveProperty('memtable_heap_space');
  });
});
