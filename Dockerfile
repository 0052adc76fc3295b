# One image for the API, the workers and the migrations; the command decides.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Only what the product runs with. The image's own Node is the one in force, so the npm package `node` need not fetch another.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-slim AS web
WORKDIR /app/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts
COPY web ./
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY config ./config
COPY domain ./domain
COPY providers ./providers
COPY mapping ./mapping
COPY workflows ./workflows
COPY activities ./activities
COPY keys ./keys
COPY temporal ./temporal
COPY telemetry ./telemetry
COPY db ./db
COPY workers ./workers
COPY api ./api
COPY scripts ./scripts
COPY --from=web /app/web/dist ./web/dist
# Root owns the files: the process may read its code and not change it.
USER node
EXPOSE 3000
CMD ["node", "api/main.ts"]
