// A reporter for node:test that writes one JSON line for each test: what became of it, and why it was left out.
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    // A suite is the sum of its tests, but one that is left out has none.
    if (data.details?.type === 'suite' && !skipped) continue;
    const result = skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ name: data.name, result, reason: typeof data.skip === 'string' ? data.skip : '' })}\n`;
  }
}
