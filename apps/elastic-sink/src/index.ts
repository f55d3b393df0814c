export { BulkBatch, BulkEncoder } from './bulk-batch.ts';
export { writeDocumentId } from './document-id.ts';
export {
  MatchingIndexResolver,
  normalizeIndexName,
  StaticIndexResolver,
  StreamIndexResolver,
  TagsIndexResolver,
  type IndexResolver,
} from './index-name.ts';
export { bulkActionLine, IndexNames, type IndexNamesOptions, type IndexPolicy } from './index-names.ts';
