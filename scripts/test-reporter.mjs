// A reporter for node:test that writes one JSON line for each test: what became of it, and why it was left out.
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') continue;
    const skipped = data.skip !== undefined && data.skip !== false;
    const result = skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ name: data.name, result, reason: typeof data.skip === 'string' ? data.skip : '' })}\n`;
  }
}
