// Which build of the network kernels this browser runs: with relaxed SIMD, whose fused multiply-add makes them a
// quarter faster, or without. The results of the two differ in the last bits.

/** A function that gives f32x4.relaxed_madd of three vectors of zeros. */
const RELAXED_MODULE = [
  // magic number and version
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // types: () -> v128; functions: one of it
  ...[1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0],
  // code: one body of 17 bytes: three times i32.const 0, i8x16.splat; f32x4.relaxed_madd; end
  ...[10, 19, 1, 17, 0, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15],
  ...[0xfd, 0x85, 2, 0x0b],
];

const RELAXED = 'net_relaxed.so';
const PLAIN = 'net.so';

/** The asset's name. `validate`: WebAssembly's, whether a browser can run a module. */
export function netLibrary(
  validate: (bytes: Uint8Array<ArrayBuffer>) => boolean = WebAssembly.validate,
): string {
  return validate(new Uint8Array(RELAXED_MODULE)) ? RELAXED : PLAIN;
}

/** Whether an asset is the build for other browsers, which is not downloaded. */
export function isOtherNetLibrary(name: string): boolean {
  return (name === RELAXED || name === PLAIN) && name !== netLibrary();
}
