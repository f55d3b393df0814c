/** Thrown by a writer that finds that another instance has become the writer: what it was doing is left to that one. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
}
