/** What the tests inside the namespace report to the test file outside: one line of JSON per test. */
export interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly error?: string;
}
