import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Beside each file that is worth it, the same compressed, for the API to send. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir }, bundle) {
    for (const fileName of Object.keys(bundle)) {
      const file = join(dir!, fileName);
      const source = readFileSync(file);
      if (source.length < 1_024 || fileName.endsWith('.html')) continue;
      writeFileSync(`${file}.br`, brotliCompressSync(source));
      writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
    }
  },
};

export default defineConfig({
  // Relative, so that the same build works under any sub-path: index.html carries the base.
  base: './',
  plugins: [react(), compressed],
  build: { target: 'es2023', sourcemap: false, modulePreload: { polyfill: false } },
});
