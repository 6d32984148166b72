/** The recorder: gathers outcomes into batches of a hundred and writes one while the next is being read. */

import type { Log } from '../ports';
import type { Lease } from './lease';
import { type Outcome, type Recorded, recordMoving, recordStaying } from './record';

const BATCH = 100;

export interface Recorder {
  add(outcome: Outcome): void;
  /** Starts writing full batches; waits while one is still being written. */
  writeFull(): Promise<void>;
  /** Writes everything that was added. */
  finish(): Promise<void>;
}

export function recorder(scope: string, tables: Recorded, lease: Lease, log: Log): Recorder {
  // Two lanes, so that each batch is full of what costs the same number of storage calls.
  const staying: Outcome[] = [];
  const moving: Outcome[] = [];
  let writing = Promise.resolve();
  let fault: unknown;

  const write = (batch: Outcome[], record: typeof recordStaying) => {
    if (fault) return;
    // Kept for whoever waits next: a rejection that nobody awaits would take the whole process down.
    writing = writing
      .then(() => record(scope, batch, tables, lease, log))
      .catch((error: unknown) => {
        fault ??= error;
      });
  };
  const written = async () => {
    await writing;
    if (fault) throw fault;
  };
  const writeLanes = async (atLeast: number) => {
    while (moving.length >= atLeast || staying.length >= atLeast) {
      await written();
      if (moving.length >= atLeast) write(moving.splice(0, BATCH), recordMoving);
      if (staying.length >= atLeast) write(staying.splice(0, BATCH), recordStaying);
    }
  };

  return {
    add(outcome) {
      if (outcome.moves && !outcome.forget) moving.push(outcome);
      else if (outcome.changed || outcome.forget || outcome.assessment.reminders.length > 0)
        staying.push(outcome);
    },
    writeFull: () => writeLanes(BATCH),
    async finish() {
      await writeLanes(1);
      await written();
    },
  };
}
