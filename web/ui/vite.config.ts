import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a hub that runs beside it.
const hub = process.env.ROZMOVA_URL ?? 'http://127.0.0.1:8080'

/** Files are compressed once, here; the hub sends the smallest that a browser takes. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg)$/.test(one))) {
        const content = await readFile(join(dir, name))
        const size = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }
        await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }))
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(content, size))
      }
    },
  }
}

export default defineConfig({
  plugins: [vue(), tailwind(), compressed()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'es2022',
    // The content security policy allows no data: or inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What the first view needs comes in two files: each file costs a request. Ours
        // changes with every version, theirs seldom.
        codeSplitting: {
          groups: [
            { name: 'vendor', tags: ['$initial'], test: /node_modules/ },
            { name: 'desk', tags: ['$initial'] },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': hub,
      '/files': hub,
      '/socket.io': { target: hub, ws: true },
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'] },
})
