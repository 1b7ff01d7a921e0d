import type { AuthenticationDetail } from '../errors';
import type { Claim } from '../ppp/authentication';
import type { Account } from './settings';

/** What a subscriber gets. Addresses of 4 octets. */
export interface Grant {
  /** Its address; absent: one of the pool. */
  readonly address?: Buffer;
  /** Its name servers; absent: the concentrator's. */
  readonly dns?: readonly Buffer[];
  /** The text of the acknowledgement. */
  readonly text?: string;
}

/** What is decided about somebody who says who it is. */
export type Admission =
  | (Grant & {
      readonly accepted: true;
      /** What the claim is checked against; absent: it is believed, which MS-CHAPv2 does not allow. */
      readonly password?: string;
      /** Where the claim was checked elsewhere: the authenticator response of MS-CHAPv2, 20 octets (RFC 2759 §5). */
      readonly proof?: Buffer;
    })
  | { readonly accepted: false; readonly text?: string; readonly detail?: AuthenticationDetail };

/** The outcome, after a password was checked: a grant, or a refusal with its text. */
export type Verdict =
  | { readonly accepted: true; readonly grant: Grant; readonly proof?: Buffer }
  | { readonly accepted: false; readonly text: string; readonly detail?: AuthenticationDetail };

/** Octets of what MS-CHAPv2's Success proves with. */
const AUTHENTICATOR_RESPONSE = 20;

const REFUSED = { accepted: false, text: 'Login incorrect' } as const;

/** Checks a claim against the accounts. An unknown name takes the time of a known one. */
export function judgeByAccounts(accounts: ReadonlyMap<string, Account>, claim: Claim): Verdict {
  const account = accounts.get(claim.username);
  const proved = claim.verify(account?.password ?? '');
  if (!account || account.password === '' || !proved) return REFUSED;
  return { accepted: true, grant: account.address ? { address: account.address } : {} };
}

/** Checks a claim against what somebody else has decided. */
export function judgeByAdmission(admission: Admission, claim: Claim): Verdict {
  if (!admission.accepted) {
    const { text = REFUSED.text, detail } = admission;
    return { accepted: false, text, ...(detail ? { detail } : {}) };
  }
  const { accepted, password, proof, ...grant } = admission;
  if (password !== undefined && (password === '' || !claim.verify(password))) return REFUSED;
  if (password === undefined && proof?.length !== AUTHENTICATOR_RESPONSE && claim.protocol === 'ms-chap-v2') {
    // Its Success proves to the host that we know the password, too (RFC 2759 §5): there is none without it.
    return { accepted: false, text: 'MS-CHAPv2 needs the password' };
  }
  return { accepted: true, grant, ...(proof ? { proof } : {}) };
}
