const unit = require('../../jest.unit.config.cjs');
const swc = require('../../jest.swc.cjs');

/** commander comes as ES modules only, so it is transformed like our own files. */
module.exports = {
  ...unit,
  transform: { ...unit.transform, '/node_modules/commander/.+\\.js$': ['@swc/jest', swc] },
  transformIgnorePatterns: ['/node_modules/(?!commander/)'],
};
