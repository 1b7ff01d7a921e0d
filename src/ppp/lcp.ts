import { type Option, option16, option32 } from '../wire/control';
import {
  type AuthenticationProtocol,
  authenticationOf,
  authenticationOption,
  DEFAULT_MRU,
  LCP_OPTION,
  MIN_MRU,
  PPPOE_MRU,
} from '../wire/lcp';
import { PROTOCOL } from '../wire/ppp';
import type { ControlProtocol, Verdict } from './control-protocol';
import { firstOfEach } from './judgement';

export interface LcpSettings {
  /** The largest packet that we take, in octets: the MRU that we ask for. */
  readonly mru: number;
  /** The largest packet that the line carries, in octets: PPPoE's 1492 if absent, more only after RFC 4638. */
  readonly largest?: number;
  /** With which protocols we let the peer have us authenticate ourselves, the preferred first. */
  readonly allowed: readonly AuthenticationProtocol[];
  /** With which protocols we have the peer authenticate itself, the preferred first; none: it need not. */
  readonly required: readonly AuthenticationProtocol[];
}

/** The policy of LCP (RFC 1661 §6): MRU, Magic-Number with loopback detection, Authentication-Protocol. */
export class Lcp implements ControlProtocol {
  readonly name = 'LCP';
  readonly protocol = PROTOCOL.lcp;
  readonly lastCode = 13;

  #mru: number | undefined;
  #magic = 0;
  #required: readonly AuthenticationProtocol[] = [];
  #isAuthenticationRejected = false;
  /** The peer has asked for another protocol than ours: what it rejects then is those, not every one. */
  #isOtherWanted = false;
  #reflections = 0;

  #peerMru: number;
  #peerMagic = 0;
  #demanded: AuthenticationProtocol | undefined;

  constructor(
    private readonly settings: LcpSettings,
    private readonly random: (octets: number) => Buffer,
  ) {
    this.#peerMru = this.#unstated;
    this.reset();
  }

  /** Our Magic-Number, 0 when the peer rejected the option. */
  get magic(): number {
    return this.#magic;
  }

  get peerMagic(): number {
    return this.#peerMagic;
  }

  /** The MRU that we asked for and the peer agreed to; without agreement the default. */
  get mru(): number {
    return this.#mru ?? this.#unstated;
  }

  /** The largest packet that the peer takes. */
  get peerMru(): number {
    return this.#peerMru;
  }

  /** The MRU of who does not state one: RFC 1661's 1500, as far as the line carries it. */
  get #unstated(): number {
    return Math.min(DEFAULT_MRU, this.settings.largest ?? PPPOE_MRU);
  }

  /** How we shall authenticate ourselves: the peer demanded it and we agreed. */
  get demanded(): AuthenticationProtocol | undefined {
    return this.#demanded;
  }

  /** How the peer shall authenticate itself. */
  get required(): AuthenticationProtocol | undefined {
    return this.#required[0];
  }

  /** The peer refuses to say who it is, which we require: a Reject leaves nothing to agree on. */
  get isAuthenticationRejected(): boolean {
    return this.#isAuthenticationRejected;
  }

  /** How often in a row the peer's Magic-Number was our own: beyond a few, the line is looped back. */
  get reflections(): number {
    return this.#reflections;
  }

  reset(): void {
    this.#mru = this.settings.mru;
    this.#magic = this.#freshMagic();
    this.#required = this.settings.required;
    this.#isAuthenticationRejected = false;
    this.#isOtherWanted = false;
    this.#peerMru = this.#unstated;
    this.#peerMagic = 0;
    this.#demanded = undefined;
  }

  request(): readonly Option[] {
    const options: Option[] = [];
    if (this.#mru !== undefined) options.push(option16(LCP_OPTION.mru, this.#mru));
    if (this.required) options.push(authenticationOption(this.required));
    if (this.#magic !== 0) options.push(option32(LCP_OPTION.magicNumber, this.#magic));
    return options;
  }

  judge(option: Option, naksSent: number): Verdict {
    const { type, data } = option;
    switch (type) {
      case LCP_OPTION.mru:
        if (data.length !== 2) return 'reject';
        return data.readUInt16BE() >= MIN_MRU ? 'ack' : { nak: option16(type, PPPOE_MRU).data };
      case LCP_OPTION.magicNumber:
        return data.length === 4 ? this.#judgeMagic(data.readUInt32BE()) : 'reject';
      case LCP_OPTION.authentication:
        return this.#judgeAuthentication(option, naksSent);
      default:
        return 'reject';
    }
  }

  missing(): readonly Option[] {
    return [];
  }

  accept(options: readonly Option[]): void {
    this.#peerMru = this.#unstated;
    this.#peerMagic = 0;
    this.#demanded = undefined;
    this.#reflections = 0;
    for (const option of firstOfEach(options)) {
      if (option.type === LCP_OPTION.mru) this.#peerMru = option.data.readUInt16BE();
      if (option.type === LCP_OPTION.magicNumber) this.#peerMagic = option.data.readUInt32BE();
      if (option.type === LCP_OPTION.authentication) this.#demanded = authenticationOf(option);
    }
  }

  nak(option: Option): void {
    const { type, data } = option;
    if (type === LCP_OPTION.mru && data.length === 2) {
      const wanted = data.readUInt16BE();
      if (wanted >= MIN_MRU && wanted < this.settings.mru) this.#mru = wanted;
    } else if (type === LCP_OPTION.magicNumber) {
      this.#magic = this.#freshMagic();
    } else if (type === LCP_OPTION.authentication) {
      this.#isOtherWanted = true;
      const offered = authenticationOf(option);
      // The peer may pick another of ours; one that it cannot do is not offered twice, but never is none at all.
      const rest = this.#required.slice(1);
      if (offered && this.settings.required.includes(offered)) this.#required = [offered];
      else if (rest.length > 0) this.#required = rest;
    }
  }

  reject(option: Option): void {
    if (option.type === LCP_OPTION.mru) this.#mru = undefined;
    if (option.type === LCP_OPTION.magicNumber) this.#magic = 0;
    if (option.type === LCP_OPTION.authentication) this.#isAuthenticationRejected = !this.#isOtherWanted;
  }

  /** Counts an Echo-Request or -Reply that carries our own Magic-Number: a frame of ours that came back. */
  countReflection(): void {
    this.#reflections++;
  }

  /** An Echo-Request or -Reply came that is not our own: the row of reflections is broken. */
  noReflection(): void {
    this.#reflections = 0;
  }

  #judgeMagic(magic: number): Verdict {
    if (magic === 0) return { nak: option32(LCP_OPTION.magicNumber, this.#freshMagic()).data };
    if (magic === this.#magic) {
      this.#reflections++;
      return { nak: option32(LCP_OPTION.magicNumber, this.#freshMagic()).data };
    }
    return 'ack';
  }

  /** A peer that does not take up the hint to one protocol gets the next one: it may know that. Never one not allowed. */
  #judgeAuthentication(option: Option, naksSent: number): Verdict {
    const { allowed } = this.settings;
    const demanded = authenticationOf(option);
    if (demanded && allowed.includes(demanded)) return 'ack';
    const hint = allowed[naksSent % allowed.length];
    return hint ? { nak: authenticationOption(hint).data } : 'reject';
  }

  #freshMagic(): number {
    for (;;) {
      const magic = this.random(4).readUInt32BE();
      if (magic !== 0) return magic;
    }
  }
}
