import { PppoeSession } from '../../src/runtime/pppoe-session';
import { FakeClock } from './fake-clock';

/** Tells what becomes of a session on the interface that argv names. Run by the tests as a user without privileges. */
const clock = new FakeClock();
const session = new PppoeSession({ interface: process.argv[2] ?? '' }, clock);
session.once('state', (state, { reason }) => {
  process.stdout.write(JSON.stringify({ state, ...reason, armed: clock.armed.length }));
});
session.connect();
