/** Octets that are the same in each run (xorshift32), in place of unpredictable ones. */
export function seeded(seed: number): (octets: number) => Buffer {
  let state = seed | 0 || 1;
  return (octets) => {
    const bytes = Buffer.alloc(octets);
    for (let index = 0; index < octets; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[index] = state >>> 24;
    }
    return bytes;
  };
}
