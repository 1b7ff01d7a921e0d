/** IPV6CP configuration options (RFC 5072 §4, RFC 5172). */
export const IPV6CP_OPTION = { interfaceIdentifier: 1, compression: 2 } as const;

/** Octets of an Interface-Identifier (RFC 5072 §4.1). */
export const INTERFACE_IDENTIFIER = 8;
