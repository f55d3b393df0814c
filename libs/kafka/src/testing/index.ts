export { type ReadRecord, type SendOptions, TestKafka } from './test-kafka.ts';
