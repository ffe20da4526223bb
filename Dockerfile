# Build: everything that npm needs stays in this stage.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/simulator/package.json ./packages/simulator/
COPY packages/client/package.json ./packages/client/
COPY examples/react/package.json ./examples/react/
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/manifest.ts ./scripts/
COPY packages ./packages
COPY examples ./examples
COPY src ./src
# The compiler runs on the image's own Node: npm's scripts would find the one of node_modules, which has no binary here.
RUN node node_modules/typescript/bin/tsc -p packages/simulator/tsconfig.build.json \
  && node node_modules/typescript/bin/tsc -p tsconfig.build.json \
  && node node_modules/vite/bin/vite.js build examples/react \
  && cd packages/simulator && node ../../scripts/manifest.ts published && cd ../.. \
  && rm -r packages/client examples \
  && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# node_modules links to it.
COPY --from=build /app/packages/simulator/package.json /app/packages/simulator/LICENSE ./packages/simulator/
COPY --from=build /app/packages/simulator/dist ./packages/simulator/dist
COPY bin ./bin
COPY schema/schema.graphql ./schema/
COPY package.json LICENSE ./
# The only place that is written to, and only without DATABASE_URL; the rest may be mounted read-only.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/hubspot-gateway.js"]
CMD ["serve"]
