/** What is used of Mermaid and jsdom. */
interface Mermaid {
  readonly mermaidAPI: {
    getDiagramFromText(text: string): Promise<{ readonly type: string; readonly db: Database }>;
  };
  parse(text: string): Promise<{ readonly diagramType: string }>;
}

/** What a diagram's text says, read by one of these, according to its kind. */
type Database = Readonly<Record<'getActors' | 'getMessages' | 'getData', () => unknown>>;

interface Jsdom {
  readonly JSDOM: new (html: string) => { readonly window: { readonly document: unknown } };
}

/** An arrow (with `from` and `to`) or a note of a sequence diagram. */
export interface SequenceMessage {
  readonly from: string;
  readonly to: string;
  readonly message: string;
  readonly type: number;
}

/** Mermaid's own parser, in which its sanitizer asks for a document, though nothing is drawn. */
async function loadMermaid(): Promise<Mermaid> {
  const { JSDOM } = require('jsdom') as Jsdom;
  const { window } = new JSDOM('');
  Object.assign(globalThis, { window, document: window.document });
  const { default: mermaid } = (await import('mermaid')) as unknown as { default: Mermaid };
  return mermaid;
}

let loading: Promise<Mermaid> | undefined;

function mermaid(): Promise<Mermaid> {
  loading ??= loadMermaid();
  return loading;
}

/** The kind of the diagram. Rejects with Mermaid's message when the text is none. */
export async function parseDiagram(text: string): Promise<string> {
  return (await (await mermaid()).parse(text)).diagramType;
}

async function database(text: string): Promise<Database> {
  await parseDiagram(text);
  return (await (await mermaid()).mermaidAPI.getDiagramFromText(text)).db;
}

/** What Mermaid reads in a sequence diagram, with character references resolved. */
export async function readSequence(text: string): Promise<{
  readonly actors: ReadonlyMap<string, string>;
  readonly messages: readonly SequenceMessage[];
}> {
  const db = await database(text);
  const actors = db.getActors() as ReadonlyMap<string, { readonly description: string }>;
  const messages = db.getMessages() as readonly SequenceMessage[];
  return {
    actors: new Map([...actors].map(([id, { description }]) => [id, resolved(description)])),
    messages: messages.map(({ from, to, message, type }) => ({ from, to, message: resolved(message), type })),
  };
}

/** The label of each state of a state diagram, and the states that have a class. */
export async function readStates(text: string): Promise<{ readonly steps: string[]; readonly classes: string[] }> {
  const db = await database(text);
  const { edges, nodes } = db.getData() as {
    edges: { readonly start: string; readonly end: string }[];
    nodes: { readonly id: string; readonly label?: string; readonly cssClasses?: string }[];
  };
  const label = new Map(nodes.map((node) => [node.id, node.label ?? node.id]));
  return {
    steps: edges.map(({ start, end }) => `${label.get(start)} → ${label.get(end)}`),
    classes: nodes.filter(({ cssClasses = '' }) => /\bpresent\b/.test(cssClasses)).map(({ id }) => label.get(id) ?? id),
  };
}

/** Mermaid carries `#35;` through its parser as `ﬂ°°35¶ß`, and what is drawn is the character. */
function resolved(text: string): string {
  return text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_match, code: string) => String.fromCodePoint(Number(code)));
}
