// `npm run build`: the package for a registry, in dist. JavaScript and declarations of the client and of the part of the protocol that it is made of.
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const dist = join(folder, 'dist');
const PROTOCOL = '@hercules/protocol/writing';

rmSync(dist, { recursive: true, force: true });
const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
execFileSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });

// The compiler leaves names of packages as they are; this one is part of the package.
const writing = join(dist, 'lib/protocol/src/writing.js');
for (const file of globSync('lib/client/**/*.{js,d.ts}', { cwd: dist })) {
  const path = join(dist, file);
  const text = readFileSync(path, 'utf8');
  const target = relative(dirname(path), writing);
  if (text.includes(PROTOCOL)) writeFileSync(path, text.replaceAll(PROTOCOL, target.startsWith('.') ? target : `./${target}`));
}

const { name, version, description, license, type, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(join(folder, 'package.json'), 'utf8'),
);
const entry = (path) => ({ types: `./lib/client/src/${path}.d.ts`, default: `./lib/client/src/${path}.js` });
const manifest = {
  ...{ name, version, description, license, type },
  engines: { node: '>=20.19' },
  sideEffects: false,
  exports: { '.': entry('index'), './pino': entry('loggers/pino'), './winston': entry('loggers/winston') },
  files: ['lib'],
  peerDependencies,
  peerDependenciesMeta,
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
copyFileSync(join(folder, 'README.md'), join(dist, 'README.md'));
copyFileSync(join(folder, '../../LICENSE'), join(dist, 'LICENSE'));
