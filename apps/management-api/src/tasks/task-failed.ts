import { ShownError } from '@hercules/http-api';

/** A task was carried out and failed. Its message was made for the caller (task-outcome.ts), so it may be shown whatever the status is. */
export class TaskFailed extends ShownError {}
