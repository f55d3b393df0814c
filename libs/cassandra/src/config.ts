import { z } from 'zod';

const contactPointSchema = z.string().regex(/^[^\s:]+(:\d{1,5})?$/, 'expected host or host:port');

const tlsSchema = z.object({
  enabled: z.boolean().default(false).describe('Speak TLS with the nodes'),
  caFile: z.string().optional().describe('PEM file of the authority that signed the nodes’ certificates; by default the system’s'),
});

export const CONSISTENCIES = ['ONE', 'QUORUM', 'LOCAL_ONE', 'LOCAL_QUORUM', 'ALL'] as const;

/** How to reach Cassandra. */
export const cassandraConfigSchema = z.object({
  contactPoints: z
    .array(contactPointSchema)
    .min(1)
    .default(['127.0.0.1:9042'])
    .describe('Some nodes of the cluster, host or host:port; the others are found through them'),
  localDataCenter: z.string().min(1).default('datacenter1').describe('Data centre whose nodes are asked'),
  username: z.string().optional().describe('User to log in as'),
  password: z.string().meta({ secret: true }).optional().describe('Password of the user'),
  tls: tlsSchema.prefault({}),
  consistency: z.enum(CONSISTENCIES).default('LOCAL_QUORUM').describe('How many replicas must answer'),
  connectTimeoutMs: z.number().int().min(100).default(5000).describe('Longest wait for a connection, in ms'),
  requestTimeoutMs: z.number().int().min(100).default(12_000).describe('Longest wait for an answer, in ms'),
  connectionsPerHost: z.number().int().min(1).max(32).default(2).describe('Connections to each node of the local data centre'),
  maxRequestsPerConnection: z.number().int().min(1).max(32_768).default(1024).describe('Most requests under way on a connection'),
});

export type CassandraConfig = z.infer<typeof cassandraConfigSchema>;

/** How a keyspace is made, if it is missing. */
export const keyspaceConfigSchema = z.object({
  create: z.boolean().default(true).describe('Make what is missing: keyspaces and tables'),
  strategy: z
    .enum(['SimpleStrategy', 'NetworkTopologyStrategy'])
    .default('SimpleStrategy')
    .describe('Replication strategy of a new keyspace'),
  replicationFactor: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Replicas of each row in a new keyspace (with NetworkTopologyStrategy: in the local data centre); 3 in production'),
});

export type KeyspaceConfig = z.infer<typeof keyspaceConfigSchema>;
