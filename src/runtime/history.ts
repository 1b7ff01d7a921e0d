import type { SessionStateName } from '../client/session-state';
import type { FrameEntry, FrameEvent, TraceEntry } from '../client/trace';
import type { Reason } from '../errors';
import type { Clock } from './clock';

/** A control frame, decoded; its time is ISO 8601. */
export interface FrameReport extends Omit<FrameEvent, 'at'> {
  readonly at: string;
}

/** A state that the session entered; its time is ISO 8601. */
export interface StateReport {
  readonly type: 'state';
  readonly serial: number;
  readonly attempt: number;
  readonly at: string;
  readonly state: SessionStateName;
  readonly reason?: Reason;
}

/** A frame or a state. Serial numbers grow; where one is missing, something is no longer kept. */
export type HistoryEntry = (FrameReport & { readonly serial: number }) | StateReport;

export function frameReport(frame: FrameEntry, clock: Clock): FrameReport {
  const event = frame.event();
  return { ...event, at: clock.date(event.at) };
}

export function historyEntry(entry: TraceEntry, clock: Clock): HistoryEntry {
  if (entry.type === 'frame') return { ...frameReport(entry, clock), serial: entry.serial };
  const { reason, ...state } = entry;
  return { ...state, ...(reason ? { reason } : {}), at: clock.date(entry.at) };
}
