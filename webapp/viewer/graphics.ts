// What kind of WebGL this browser has.

import type { Graphics } from './viewer_protocol';

/** `software` where WebGL runs on the processor (SwiftShader, llvmpipe). Throws where there is no WebGL 2. */
export function probeGraphics(): Graphics {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) throw new Error('no WebGL 2');
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  // A page may hold a few contexts only; this one is not needed any more.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name)
    ? 'software'
    : 'hardware';
}
