import { describe, expect, it } from 'vitest';
import { isOtherNetLibrary, netLibrary } from '../../workers/runtime/net_library';

describe('netLibrary', () => {
  it('is the relaxed build where the browser can run its instructions, else the plain one', () => {
    expect(netLibrary(() => true)).toBe('net_relaxed.so');
    expect(netLibrary(() => false)).toBe('net.so');
  });

  it('asks with a module that is valid but for the instruction', () => {
    let asked = new Uint8Array();
    netLibrary((bytes) => {
      asked = bytes;
      return true;
    });
    // f32x4.relaxed_madd takes three vectors; so does v128.bitselect, which is no relaxed instruction (fd 52).
    const [before, after] = [asked.slice(0, -4), asked.slice(-1)];
    expect([...asked.slice(-4)]).toEqual([0xfd, 0x85, 2, 0x0b]);
    const plain = new Uint8Array([...before, 0xfd, 0x52, ...after]);
    plain[asked.indexOf(10, 12) + 1] = 18;
    plain[asked.indexOf(10, 12) + 3] = 16;
    expect(WebAssembly.validate(plain)).toBe(true);
  });

  it('leaves one of the two to other browsers', () => {
    expect(['net.so', 'net_relaxed.so', 'websim.whl'].filter(isOtherNetLibrary)).toHaveLength(1);
    expect(isOtherNetLibrary(netLibrary())).toBe(false);
  });
});
