import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { captureCommand, runCommand } from './run-command.ts';
import { oneCheck, type Step, type StepContext } from './step.ts';

/** Prettier over everything. */
export const formatStep: Step = {
  name: 'format',
  title: 'Formatting (prettier --check)',
  minutes: 3,
  run: async (context) =>
    oneCheck((await runCommand('prettier', ['--check', '--log-level=warn', '.'], context)) === 0, 'prettier: run npm run format'),
};

/** ESLint over everything, the rule of the module boundaries included. */
export const lintStep: Step = {
  name: 'lint',
  title: 'Lint (eslint, module boundaries)',
  minutes: 5,
  async run(context) {
    // The boundary rule reads Nx's project graph from its cache and checks nothing at all when there is none.
    if ((await captureCommand('nx', ['show', 'projects'], context)).code !== 0) return oneCheck(false, 'nx show projects failed');
    if (!(await boundariesAreEnforced(context))) return oneCheck(false, 'eslint: the rule @nx/enforce-module-boundaries does not work');
    return oneCheck((await runCommand('eslint', ['.'], context)) === 0, 'eslint found errors');
  },
};

/** Lints a forbidden import, in memory, in place of a file that exists: proof that the rule is not skipped. */
async function boundariesAreEnforced(context: StepContext): Promise<boolean> {
  const input = "import '@hercules/kafka';\n";
  const args = ['--stdin', '--stdin-filename', join(context.cwd, 'libs/protocol/src/index.ts'), '--format=json'];
  // Without this the parser reads the file from the disk instead of the input.
  const env = { ...context.env, TSESTREE_SINGLE_RUN: 'false' };
  const { output } = await captureCommand('eslint', args, { ...context, env, input });
  return output.includes('@nx/enforce-module-boundaries');
}

/** The strict type check over everything. */
export const typesStep: Step = {
  name: 'types',
  title: 'Types (tsc)',
  minutes: 3,
  run: async (context) => oneCheck((await runCommand('tsc', ['-p', 'tsconfig.json'], context)) === 0, 'tsc found errors'),
};

/** The protocol's vectors: encoded bytes, errors, hashes and documents that any implementation must agree on. */
export const vectorsStep: Step = {
  name: 'vectors',
  title: 'Protocol vectors',
  minutes: 2,
  async run(context) {
    const args = ['tools/vectors/src/main.ts', 'libs/protocol/test-data/vectors.json'];
    for (const file of args) if (!existsSync(join(context.cwd, file))) return oneCheck(false, `vectors: ${file} is missing`);
    return oneCheck((await runCommand(process.execPath, args, context)) === 0, 'vectors: a vector failed');
  },
};
