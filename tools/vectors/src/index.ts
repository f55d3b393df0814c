export { checkFile } from './check-file.ts';
export { Report } from './report.ts';
export { ShapeError } from './shape.ts';
