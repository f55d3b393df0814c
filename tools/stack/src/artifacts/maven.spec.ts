import { firstError, parseMavenProgress } from './maven.ts';

describe('parseMavenProgress', () => {
  it('finds what is transferred and how much of it', () => {
    const output =
      'Downloading from central: https://repo/a/b/elasticsearch-9.5.3.zip\nProgress (1): 0.1/132 MB\rProgress (1): 12/132 MB\rProgress (1)';
    expect(parseMavenProgress(output)).toEqual({ artifact: 'elasticsearch-9.5.3.zip', amount: '12/132 MB' });
  });

  it('finds nothing in other output', () => {
    expect(parseMavenProgress('[INFO] Scanning for projects...\n')).toEqual({});
  });
});

describe('firstError', () => {
  it('finds the first error with a text', () => {
    expect(firstError('\u001b[0m[ERROR] Could not create local repository -> [Help 1]\n[ERROR] \n[ERROR] Re-run Maven')).toBe(
      'Could not create local repository',
    );
    expect(firstError('')).toBe('no reason given');
  });
});
