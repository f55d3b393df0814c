#!/usr/bin/env node
// Runs the program with the Node.js that the lock file pins, because the one that npx starts may not read TypeScript. Plain JavaScript.
// Unlike tools/bootstrap.mjs it stays in the caller's folder, for the files he names, and leaves how it ended as it was.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const app = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(app, '..', '..', 'node_modules', '.bin', 'node');
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24;
if (!existsSync(pinned) && !isNewEnough) {
  process.stderr.write('hercules: Node.js 24 or newer is needed: run npm ci in the clone, or install it from https://nodejs.org\n');
  process.exit(1);
}
const node = isNewEnough ? process.execPath : pinned;
const child = spawn(node, [join(app, 'src', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the whole group; the child decides when it is done, so this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`hercules: ${node} cannot be started: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
