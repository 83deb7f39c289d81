# syntax=docker/dockerfile:1
# The production image: compiled code, production packages, no embedded PostgreSQL (DATABASE_URL names the database).

FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=optional
COPY . .
RUN node bin/build.mjs

FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 INTERLINE_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /build/package.json ./
COPY --from=build /build/dist ./dist
# Read as they are: brands, contracts, migrations.
COPY --from=build /build/schemes ./schemes
COPY --from=build /build/contracts ./contracts
COPY --from=build /build/src/store/migrations ./src/store/migrations
USER node
VOLUME /data
EXPOSE 8080
# For a container with the role api; one without it has no port, and is given `--no-healthcheck`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/cli/index.js"]
CMD ["start"]
