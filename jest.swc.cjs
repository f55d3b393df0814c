/** How jest turns our ES modules into CommonJS. Production never goes through this: Node runs the TypeScript itself. */
module.exports = {
  jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};
