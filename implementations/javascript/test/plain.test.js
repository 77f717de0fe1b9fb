/** The same cases where there is no WebAssembly: frames are decompressed in plain JavaScript. */
Reflect.deleteProperty(globalThis, 'WebAssembly');
await import('./conformance.test.js');
