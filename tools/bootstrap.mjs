// Runs a TypeScript entry point with the Node.js that the lock file pins, on a machine that may only have an older one.
// On a fresh clone it installs the dependencies first. Plain JavaScript, because the Node.js that starts it may not read TypeScript.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [entry, ...args] = process.argv.slice(2);

/** `npm ci` once for each state of the lock file; a marker in node_modules remembers the last one. */
function installDependencies() {
  const marker = join(root, 'node_modules', '.installed-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  process.stderr.write('Installing the dependencies (npm ci) …\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (npm.status !== 0) {
    process.stderr.write(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}\n`);
    process.exit(1);
  }
  writeFileSync(marker, lock);
}

function findNode() {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write('Node.js 24 or newer is needed on this platform: install it from https://nodejs.org and run the command again.\n');
  process.exit(1);
}

installDependencies();
const node = findNode();
const bin = join(root, 'node_modules', '.bin');
const child = spawn(node, [join(root, entry), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
});
// The terminal sends Ctrl-C to the whole group; the child decides when it is done, so this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
