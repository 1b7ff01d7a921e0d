import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { type PppoeConcentrator, PppoeError } from '../src/index';
import type { ConcentratorNode, SubscriberNews } from './shared/concentrator-api';
import { concentratorOf, useConcentrator } from './shared/concentrator-user';
import { admissionOf, loginOf, withoutPassword } from './shared/login-answer';
import { asError } from './shared/session-user';
import { isUp, perform, type SubscriberMessage } from './shared/subscriber-actions';
import { loginData, reasonData, refusedData, subscriberData } from './shared/subscriber-data';

interface SubscriberConfig extends NodeDef {
  readonly concentrator: string;
  /** What the first output tells: each event; or with each of them all subscribers, or how many there are. */
  readonly output?: 'events' | 'list' | 'count';
}

interface InputMessage extends SubscriberMessage {
  /** Of the message that asked: this one is the answer. */
  login?: unknown;
}

export = (RED: NodeAPI): void => {
  function PppoeSubscriberNode(this: Node, config: SubscriberConfig) {
    RED.nodes.createNode(this, config);
    const changes = config.output === 'list' || config.output === 'count' ? config.output : undefined;
    const node: ConcentratorNode | undefined = useConcentrator(RED, this, config.concentrator, {
      ...(changes
        ? overview(() => this.send([overviewOf(changes, node), null, null]))
        : { told: (news: SubscriberNews) => this.send([eventOf(news, node), null, null]) }),
      asked: (login) => {
        const { username } = login;
        this.send([null, { topic: node?.topic, payload: username, login: loginData(login) }, null]);
      },
    });
    this.on('input', (message: InputMessage, send, done) => {
      try {
        const concentrator = concentratorOf(node);
        if (isAnswer(message)) {
          answer(concentrator, message);
        } else {
          const outcome = perform(concentrator, message);
          send([null, null, Object.assign(message, { topic: node?.topic, count: node?.count, ...outcome })]);
        }
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  RED.nodes.registerType('pppoe-subscriber', PppoeSubscriberNode as never);
};

/** Tells at first, and once for all the events of one turn. */
function overview(tell: () => void): { counted(): void; told(): void } {
  let isScheduled = false;
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      tell();
    });
  };
  return { counted: schedule, told: schedule };
}

function overviewOf(output: 'list' | 'count', node: ConcentratorNode | undefined): NodeMessage & { count: number } {
  const count = node?.count ?? 0;
  const payload = output === 'count' ? count : (node?.concentrator?.subscribers ?? []).filter(isUp).map(subscriberData);
  return { ...(node ? { topic: node.topic } : {}), payload, count };
}

interface EventMessage extends NodeMessage {
  readonly event: SubscriberNews['event'];
  /** How many sessions are up. */
  readonly count: number;
  readonly subscriber: object;
  readonly reason: object;
}

function eventOf(news: SubscriberNews, node: ConcentratorNode | undefined): EventMessage {
  const { event } = news;
  const common = { ...(node ? { topic: node.topic } : {}), payload: event, event, count: node?.count ?? 0 };
  if (news.event === 'refused') {
    return { ...common, subscriber: refusedData(news.refusal), reason: reasonData(news.refusal.reason) };
  }
  const reason = news.event === 'down' ? news.reason : undefined;
  return { ...common, subscriber: subscriberData(news.subscriber), reason: reasonData(reason) };
}

function isAnswer({ login, action }: InputMessage): boolean {
  return login !== undefined && action === undefined;
}

/** @throws PppoeError `malformed`; `timeout` when it comes too late. */
function answer(concentrator: PppoeConcentrator, message: InputMessage): void {
  const { payload } = message;
  message.payload = withoutPassword(payload);
  const taken = concentrator.admit(loginOf(message.login), admissionOf(payload));
  if (taken) return;
  throw new PppoeError('timeout', 'Too late: the login was answered already, or waited too long, or its host is gone');
}
