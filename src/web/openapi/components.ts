/** The bodies that the OpenAPI document names, each the very schema that its answer or request goes by. */
import type { GenericSchema } from 'valibot';
import { ForecastBody } from '../forecast';
import { HealthBody } from '../health';
import { ProblemBody } from '../problem';
import { RowContent } from '../registry/body';
import { ImportBody, RowBody, RowsBody } from '../registry/columns';
import { InstantText } from '../shape';
import { Counts, Failure, Item, StatusBody } from '../status/schema';
import { CheckBody, Decision, Event, Recipient, TargetBody, Threshold } from '../target/schema';

export const COMPONENTS = {
  Status: StatusBody,
  Counts,
  Item,
  Failure,
  Target: TargetBody,
  Threshold,
  Recipient,
  Decision,
  Event,
  Check: CheckBody,
  Forecast: ForecastBody,
  Row: RowBody,
  Rows: RowsBody,
  RowContent,
  Import: ImportBody,
  Health: HealthBody,
  Problem: ProblemBody,
  Instant: InstantText,
} as const satisfies Readonly<Record<string, GenericSchema>>;

export type Component = keyof typeof COMPONENTS;
