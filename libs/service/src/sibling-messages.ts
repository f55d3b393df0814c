import cluster from 'node:cluster';
import { isOurs, type ToWorker } from './worker-messages.ts';
import { tellPrimary } from './worker-process.ts';

/** Tells the other workers of this app, those that are running; in a process that is no worker nobody hears. @param body goes through JSON */
export function tellSiblings(topic: string, body: unknown): void {
  if (cluster.isWorker) tellPrimary({ hercules: 'tell-others', topic, body });
}

/** Hears what other workers say on a topic; the returned function ends that. */
export function hearSiblings(topic: string, listener: (body: unknown) => void): () => void {
  if (!cluster.isWorker) return () => undefined;
  const onMessage = (message: unknown): void => {
    if (isOurs<ToWorker>(message) && message.hercules === 'told' && message.topic === topic) listener(message.body);
  };
  process.on('message', onMessage);
  return () => process.off('message', onMessage);
}
