import type { TestEvent } from 'node:test/reporters';
import type { Outcome } from './native-outcome';

/** A reporter of node:test: one line of JSON per test. */
async function* outcomes(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const error = event.type === 'test:fail' ? describe(event.data.details.error) : undefined;
    const outcome: Outcome = { name: event.data.name, passed: event.type === 'test:pass', ...(error && { error }) };
    yield `${JSON.stringify(outcome)}\n`;
  }
}

function describe(error: Error): string {
  const cause = error.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? error.message);
}

// Not `export default`: node looks for the reporter in what a CommonJS module exports as a whole.
export = outcomes;
