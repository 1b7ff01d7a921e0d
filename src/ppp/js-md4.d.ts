// The part of js-md4 that is used here; the package has no types of its own.
declare module 'js-md4' {
  export function arrayBuffer(message: Uint8Array): ArrayBuffer;
}
