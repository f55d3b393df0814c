import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava, parseJavaVersion } from './java-home.ts';

describe('parseJavaVersion', () => {
  it.each([
    ['17.0.15', 17],
    ['1.8.0_402', 8],
    ['25', 25],
    ['', undefined],
  ])('%s → %s', (text, major) => expect(parseJavaVersion(text)).toBe(major));
});

describe('findJava', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'java-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const install = (name: string, version: string): string => {
    const home = join(folder, name);
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'bin', 'java'), '', { mode: 0o755 });
    writeFileSync(join(home, 'release'), `JAVA_VERSION="${version}"\n`);
    return home;
  };

  it('takes the first variable whose Java is new enough', () => {
    const env = { ES_JAVA_HOME: install('old', '17.0.1'), JAVA_HOME: install('new', '21.0.2'), PATH: '' };
    const search = { atLeast: 21, purpose: 'Elasticsearch', variables: ['ES_JAVA_HOME', 'JAVA_HOME'], env };
    expect(findJava(search)).toEqual({ home: env.JAVA_HOME, majorVersion: 21 });
  });

  it('finds java on the PATH', () => {
    const home = install('somewhere', '99.0.1');
    expect(findJava({ atLeast: 99, purpose: 'a test', variables: [], env: { PATH: `/nonexistent:${home}/bin` } }).home).toBe(home);
  });

  it('says in one line what to install', () => {
    const search = { atLeast: 1000, purpose: 'Kafka', variables: ['JAVA_HOME'], env: { PATH: '' } };
    expect(() => findJava(search)).toThrow(/^Java 1000 or newer is needed for Kafka[^\n]*install it[^\n]*$/);
  });
});
