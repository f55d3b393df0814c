import { join, resolve } from 'node:path';
import { checkFile } from './check-file.ts';
import { ShapeError } from './shape.ts';

/** Exit codes: some case failed; some file could not be checked. */
const FAILED = 1;
const UNUSABLE = 2;

const USAGE = `Usage: npm run vectors -- [FILE…]
Checks the protocol, the hashes and the documents against files of test vectors. Without a file: libs/protocol/test-data/vectors.json.
The last line is the sum. Exit code 1 when a case fails, 2 when a file cannot be read or is not in the format.
`;

const repository = join(import.meta.dirname, '..', '..', '..');
const defaultFile = join(repository, 'libs', 'protocol', 'test-data', 'vectors.json');

function main(args: readonly string[]): number {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  // npm changes to the root of the repository; a relative path is meant from where the command was typed.
  const files = args.length > 0 ? args.map((file) => resolve(process.env['INIT_CWD'] ?? '.', file)) : [defaultFile];
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  let unusable = 0;
  for (const file of files) {
    const prefix = files.length > 1 ? `${file}: ` : '';
    try {
      const report = checkFile(file);
      for (const failure of report.failures) process.stdout.write(`FAILED ${prefix}${failure}\n`);
      for (const skip of report.skips) process.stdout.write(`skipped ${prefix}${skip}\n`);
      passed += report.passed;
      failed += report.failures.length;
      skipped += report.skips.length;
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      process.stderr.write(`${file}: ${error.message}\n`);
      unusable++;
    }
  }
  if (unusable < files.length) process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  if (unusable > 0) return UNUSABLE;
  return failed > 0 ? FAILED : 0;
}

process.exitCode = main(process.argv.slice(2));
