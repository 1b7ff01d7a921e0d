/** The option negotiation automaton of RFC 1661 §4.1, as the RFC prints it. */

export const STATES = [
  'Initial',
  'Starting',
  'Closed',
  'Stopped',
  'Closing',
  'Stopping',
  'Req-Sent',
  'Ack-Rcvd',
  'Ack-Sent',
  'Opened',
] as const;
export type State = (typeof STATES)[number];

export const EVENTS = [
  'Up',
  'Down',
  'Open',
  'Close',
  'TO+',
  'TO-',
  'RCR+',
  'RCR-',
  'RCA',
  'RCN',
  'RTR',
  'RTA',
  'RUC',
  'RXJ+',
  'RXJ-',
  'RXR',
] as const;
export type Event = (typeof EVENTS)[number];

const ACTIONS = ['tlu', 'tld', 'tls', 'tlf', 'irc', 'zrc', 'scr', 'sca', 'scn', 'str', 'sta', 'scj', 'ser'] as const;
export type Action = (typeof ACTIONS)[number];

/** What happens on an event in a state. `note` is the RFC's footnote: p(assive), r(estart), x (crossed connection). */
export interface Cell {
  readonly actions: readonly Action[];
  readonly next: State;
  readonly note?: 'p' | 'r' | 'x';
}

/** A cell is `actions/next state`; `-` cannot happen. Columns are the states 0 to 9. */
const RFC_1661 = `
  Up    2      irc,scr/6 -         -             -     -     -         -         -         -
  Down  -      -         0         tls/1         0     1     1         1         1         tld/1
  Open  tls/1  1         irc,scr/6 3r            5r    5r    6         7         8         9r
  Close 0      tlf/0     2         2             4     4     irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
  TO+   -      -         -         -             str/4 str/5 scr/6     scr/6     scr/8     -
  TO-   -      -         -         -             tlf/2 tlf/3 tlf/3p    tlf/3p    tlf/3p    -
  RCR+  -      -         sta/2     irc,scr,sca/8 4     5     sca/8     sca,tlu/9 sca/8     tld,scr,sca/8
  RCR-  -      -         sta/2     irc,scr,scn/6 4     5     scn/6     scn/7     scn/6     tld,scr,scn/6
  RCA   -      -         sta/2     sta/3         4     5     irc/7     scr/6x    irc,tlu/9 tld,scr/6x
  RCN   -      -         sta/2     sta/3         4     5     irc,scr/6 scr/6x    irc,scr/8 tld,scr/6x
  RTR   -      -         sta/2     sta/3         sta/4 sta/5 sta/6     sta/6     sta/6     tld,zrc,sta/5
  RTA   -      -         2         3             tlf/2 tlf/3 6         6         8         tld,scr/6
  RUC   -      -         scj/2     scj/3         scj/4 scj/5 scj/6     scj/7     scj/8     scj/9
  RXJ+  -      -         2         3             4     5     6         6         8         9
  RXJ-  -      -         tlf/2     tlf/3         tlf/2 tlf/3 tlf/3     tlf/3     tlf/3     tld,irc,str/5
  RXR   -      -         2         3             4     5     6         7         8         ser/9
`;

/** Reads a table in the form above: a row per event, a column per state. */
export function parseTable(text: string): ReadonlyMap<Event, readonly (Cell | undefined)[]> {
  const rows = text.trim().split('\n');
  return new Map(
    rows.map((row) => {
      const [event, ...cells] = row.trim().split(/\s+/);
      if (!isOneOf(EVENTS, event) || cells.length !== STATES.length) throw new Error(`not a row of the table: ${row}`);
      return [event, cells.map(parseCell)];
    }),
  );
}

function parseCell(text: string): Cell | undefined {
  if (text === '-') return undefined;
  const match = /^(?:([a-z,]+)\/)?(\d)([prx]?)$/.exec(text);
  const actions = match?.[1]?.split(',') ?? [];
  const next = STATES[Number(match?.[2])];
  if (!match || !next || !actions.every((action) => isOneOf(ACTIONS, action))) throw new Error(`not a cell: ${text}`);
  const note = match[3] as Cell['note'] | '';
  return { actions: actions as Action[], next, ...(note ? { note } : {}) };
}

function isOneOf<T extends string>(values: readonly T[], value: string | undefined): value is T {
  return (values as readonly (string | undefined)[]).includes(value);
}

const TABLE = parseTable(RFC_1661);

/** The cell of the table, or undefined where the RFC prints `-`. */
export function lookUp(event: Event, state: State): Cell | undefined {
  return TABLE.get(event)?.[STATES.indexOf(state)];
}

/** States in which the answer to a Configure-Request of ours means anything. */
export function isAnswerState(state: State): boolean {
  return state === 'Req-Sent' || state === 'Ack-Rcvd' || state === 'Ack-Sent' || state === 'Opened';
}

/** The Restart timer runs in these states only (RFC 1661 §4.1). */
export function hasTimer(state: State): boolean {
  return isAnswerState(state) ? state !== 'Opened' : state === 'Closing' || state === 'Stopping';
}
