import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

export const CREATE_TOPICS_API = { apiKey: 19, apiVersion: 4, apiName: 'CreateTopics' } as const;
export const DELETE_TOPICS_API = { apiKey: 20, apiVersion: 3, apiName: 'DeleteTopics' } as const;
export const DESCRIBE_CONFIGS_API = { apiKey: 32, apiVersion: 1, apiName: 'DescribeConfigs' } as const;
export const CREATE_PARTITIONS_API = { apiKey: 37, apiVersion: 1, apiName: 'CreatePartitions' } as const;
export const INCREMENTAL_ALTER_CONFIGS_API = { apiKey: 44, apiVersion: 0, apiName: 'IncrementalAlterConfigs' } as const;

const TOPIC_RESOURCE = 2;
const SET_OPERATION = 0;
const DELETE_OPERATION = 1;
const NOT_VALIDATE_ONLY = 0;

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

export interface AdminResult {
  readonly errorCode: number;
  readonly message: string | null;
}

/** CreateTopics v4: [name, partitions, replication factor, [assignments], [config name, value]], timeout, validate only. */
export function encodeCreateTopic({ topic, partitions, replicationFactor, configs }: TopicSpec, timeoutMs: number): Buffer {
  return new WireWriter()
    .int32(1)
    .string(topic)
    .int32(partitions)
    .int16(replicationFactor)
    .int32(0) // no manual assignments
    .array(Object.entries(configs), (writer, [name, value]) => writer.string(name).nullableString(value))
    .int32(timeoutMs)
    .int8(NOT_VALIDATE_ONLY)
    .bytes();
}

/** Answers of CreateTopics v4 and CreatePartitions v1: throttle time, [name, error code, message]. */
export function decodeNamedResult(response: Buffer): AdminResult {
  const reader = new WireReader(response);
  reader.int32();
  const [result] = reader.array((item) => {
    item.string();
    return { errorCode: item.int16(), message: item.nullableString() };
  });
  return result ?? { errorCode: 0, message: null };
}

export function encodeDeleteTopic(topic: string, timeoutMs: number): Buffer {
  return new WireWriter().int32(1).string(topic).int32(timeoutMs).bytes();
}

export function decodeDeleteTopic(response: Buffer): AdminResult {
  const reader = new WireReader(response);
  reader.int32();
  const [errorCode] = reader.array((item) => {
    item.string();
    return item.int16();
  });
  return { errorCode: errorCode ?? 0, message: null };
}

/** CreatePartitions v1: [name, total, assignments = null], timeout, validate only. */
export function encodeCreatePartitions(topic: string, total: number, timeoutMs: number): Buffer {
  return new WireWriter().int32(1).string(topic).int32(total).int32(-1).int32(timeoutMs).int8(NOT_VALIDATE_ONLY).bytes();
}

/** IncrementalAlterConfigs v0 (KIP-339): only the named settings change; null takes the topic's own value away. */
export function encodeAlterTopicConfig(topic: string, changes: Readonly<Record<string, string | null>>): Buffer {
  return new WireWriter()
    .int32(1)
    .int8(TOPIC_RESOURCE)
    .string(topic)
    .array(Object.entries(changes), (writer, [name, value]) =>
      writer
        .string(name)
        .int8(value === null ? DELETE_OPERATION : SET_OPERATION)
        .nullableString(value),
    )
    .int8(NOT_VALIDATE_ONLY)
    .bytes();
}

export function decodeAlterConfig(response: Buffer): AdminResult {
  const reader = new WireReader(response);
  reader.int32();
  const [result] = reader.array((item) => {
    const errorCode = item.int16();
    const message = item.nullableString();
    item.int8();
    item.string();
    return { errorCode, message };
  });
  return result ?? { errorCode: 0, message: null };
}

export function encodeDescribeTopicConfig(topic: string): Buffer {
  return new WireWriter().int32(1).int8(TOPIC_RESOURCE).string(topic).int32(-1).int8(0).bytes();
}

export function decodeDescribeConfig(response: Buffer): AdminResult & { configs: Map<string, string | null> } {
  const reader = new WireReader(response);
  reader.int32();
  const [result] = reader.array((item) => {
    const errorCode = item.int16();
    const message = item.nullableString();
    item.int8();
    item.string();
    const configs = new Map(
      item.array((config) => {
        const entry: [string, string | null] = [config.string(), config.nullableString()];
        config.skip(3); // read only, source, sensitive
        config.array((synonym) => {
          synonym.string();
          synonym.nullableString();
          synonym.int8();
        });
        return entry;
      }),
    );
    return { errorCode, message, configs };
  });
  return result ?? { errorCode: 0, message: null, configs: new Map() };
}
