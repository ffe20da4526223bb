import { defineConfig } from 'vite';

/** The demo runs at this address (`npm run demo`). `npm run dev` takes the page from Vite, and all else from the demo. */
const DEMO = process.env.DEMO_URL ?? 'http://localhost:4000';

export default defineConfig({
  server: { proxy: { '^/(graphql|oauth|demo|_simulator)': DEMO } },
  // The command `hubspot-gateway demo` serves the page from there.
  build: { outDir: '../../dist/page', emptyOutDir: true },
});
