import { join } from 'node:path';

export interface GraphitePorts {
  /** Plaintext lines. */
  readonly plaintextPort: number;
  /** Pickled batches. */
  readonly picklePort: number;
  /** What graphite-web asks carbon for points that are not on disk yet. */
  readonly queryPort: number;
  /** /render and the page. */
  readonly webPort: number;
}

export interface GraphiteSettings extends GraphitePorts {
  readonly dataDir: string;
  /** Folder of the Python environment. */
  readonly environment: string;
  /** How long and how fine points are kept, as in storage-schemas.conf. */
  readonly retentions: string;
}

/** Module of graphite-web's settings, in the configuration folder. */
const SETTINGS_MODULE = 'hercules_graphite_settings';
/** File of graphite-web's database: the tags of all series, saved dashboards. */
export const GRAPHITE_DATABASE = 'graphite.db';

/** Environment variables by which the programs of Graphite find their files. */
export function graphiteVariables(dataDir: string): Record<string, string> {
  const conf = join(dataDir, 'conf');
  return {
    GRAPHITE_ROOT: dataDir,
    GRAPHITE_CONF_DIR: conf,
    GRAPHITE_STORAGE_DIR: join(dataDir, 'storage'),
    PYTHONPATH: conf,
    DJANGO_SETTINGS_MODULE: SETTINGS_MODULE,
    // The module above is all settings there are; asking for more of them would only print a warning.
    GRAPHITE_SETTINGS_MODULE: 'graphite.app_settings',
  };
}

/** Configuration files of carbon and graphite-web, by name. */
export function graphiteFiles(settings: GraphiteSettings): Record<string, string> {
  return {
    'carbon.conf': carbonConf(settings),
    'storage-schemas.conf': schemasConf(settings.retentions),
    'storage-aggregation.conf': '[default]\npattern = .*\nxFilesFactor = 0\naggregationMethod = average\n',
    [`${SETTINGS_MODULE}.py`]: webSettings(settings),
  };
}

function carbonConf({ dataDir, plaintextPort, picklePort, queryPort, webPort }: GraphiteSettings): string {
  const values: Record<string, string | number> = {
    DATABASE: 'whisper',
    STORAGE_DIR: `${dataDir}/storage/`,
    LOCAL_DATA_DIR: `${dataDir}/storage/whisper/`,
    CONF_DIR: `${dataDir}/conf/`,
    LOG_DIR: `${dataDir}/storage/log/`,
    PID_DIR: `${dataDir}/run/`,
    ENABLE_LOGROTATION: 'False',
    MAX_CACHE_SIZE: 'inf',
    MAX_UPDATES_PER_SECOND: 'inf',
    // Carbon's own default makes 50 new series a minute and drops the points of the others.
    MAX_CREATES_PER_MINUTE: 'inf',
    MIN_TIMESTAMP_RESOLUTION: 1,
    LINE_RECEIVER_INTERFACE: '127.0.0.1',
    LINE_RECEIVER_PORT: plaintextPort,
    ENABLE_UDP_LISTENER: 'False',
    PICKLE_RECEIVER_INTERFACE: '127.0.0.1',
    PICKLE_RECEIVER_PORT: picklePort,
    CACHE_QUERY_INTERFACE: '127.0.0.1',
    CACHE_QUERY_PORT: queryPort,
    USE_FLOW_CONTROL: 'True',
    // A sink may open a connection for each batch.
    LOG_LISTENER_CONN_SUCCESS: 'False',
    LOG_UPDATES: 'False',
    LOG_CREATES: 'False',
    LOG_CACHE_HITS: 'False',
    CACHE_WRITE_STRATEGY: 'sorted',
    WHISPER_AUTOFLUSH: 'False',
    WHISPER_FALLOCATE_CREATE: 'False',
    WHISPER_SPARSE_CREATE: 'True',
    ENABLE_TAGS: 'True',
    TAG_UPDATE_INTERVAL: 100,
    TAG_QUEUE_SIZE: 10_000,
    TAG_BATCH_SIZE: 100,
    GRAPHITE_URL: `http://127.0.0.1:${webPort}`,
  };
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}\n`);
  return `[cache]\n${lines.join('')}`;
}

function schemasConf(retentions: string): string {
  return `[carbon]\npattern = ^carbon\\.\nretentions = 60:1d\n\n[default]\npattern = .*\nretentions = ${retentions}\n`;
}

function webSettings({ dataDir, environment, queryPort }: GraphiteSettings): string {
  const python = JSON.stringify;
  return `from graphite.settings import *  # noqa
SECRET_KEY = 'a server on the loopback address keeps no secrets'
TIME_ZONE = 'UTC'
USE_TZ = True
ALLOWED_HOSTS = ['*']
CARBONLINK_HOSTS = ['127.0.0.1:${queryPort}']
CONF_DIR = ${python(join(dataDir, 'conf'))}
STORAGE_DIR = ${python(join(dataDir, 'storage'))}
LOG_DIR = ${python(join(dataDir, 'storage', 'log', 'webapp'))}
WHISPER_DIR = ${python(join(dataDir, 'storage', 'whisper'))}
STANDARD_DIRS = [WHISPER_DIR]
INDEX_FILE = ${python(join(dataDir, 'storage', 'index'))}
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ${python(join(dataDir, 'storage', GRAPHITE_DATABASE))}}}
STATIC_ROOT = ${python(join(environment, 'static'))}
STATICFILES_DIRS = [${python(join(environment, 'webapp', 'content'))}]
`;
}
