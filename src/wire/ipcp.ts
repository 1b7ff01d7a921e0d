/** IPCP configuration options (RFC 1332 §3, RFC 1877 §1). */
export const IPCP_OPTION = {
  ipAddresses: 1,
  ipCompression: 2,
  ipAddress: 3,
  primaryDns: 129,
  primaryNbns: 130,
  secondaryDns: 131,
  secondaryNbns: 132,
} as const;
