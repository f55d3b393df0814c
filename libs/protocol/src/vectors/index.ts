export { decodeVector, encodeVector, VECTOR_KINDS, vectorJson, type VectorKind } from './vector-kinds.ts';
export { eventOfVectorJson } from './vector-event.ts';
