import { CONTROL, type Option } from '../wire/control';
import type { ControlProtocol } from './control-protocol';

/** The answer to a Configure-Request: its code and options. */
export interface Answer {
  readonly code: number;
  readonly options: readonly Option[];
}

/**
 * What is answered to these options: Reject comes before Nak, Nak before Ack (RFC 1661 §5.2-5.4).
 * @param naksSent once these are Max-Failure, what the peer insists on is rejected, and what it will not ask for is done
 * without.
 */
export function judge(
  protocol: ControlProtocol,
  options: readonly Option[],
  naksSent: number,
  maxFailure: number,
): Answer {
  const rejected: Option[] = [];
  const unagreed: Option[] = [];
  const naked: Option[] = [];
  // The first of two options of one type counts; a second is neither judged nor answered.
  for (const option of firstOfEach(options)) {
    const verdict = protocol.judge(option, naksSent);
    if (verdict === 'reject') {
      rejected.push(option);
    } else if (verdict !== 'ack') {
      unagreed.push(option);
      naked.push({ type: option.type, data: verdict.nak });
    }
  }
  if (rejected.length > 0) return { code: CONTROL.configureReject, options: rejected };
  const missing = protocol.missing(options);
  if (naked.length + missing.length === 0) return { code: CONTROL.configureAck, options };
  if (naksSent < maxFailure) return { code: CONTROL.configureNak, options: [...naked, ...missing] };
  return unagreed.length > 0
    ? { code: CONTROL.configureReject, options: unagreed }
    : { code: CONTROL.configureAck, options };
}

/** The options without those whose type came before: of two the first counts. */
export function firstOfEach(options: readonly Option[]): readonly Option[] {
  return options.filter((option, index) => options.findIndex(({ type }) => type === option.type) === index);
}
