# syntax=docker/dockerfile:1
# The operator's image: one bundled program, Node, and no shell, package manager or node_modules.
#   docker build -t lenskeeper:0.1.0 .
ARG NODE_VERSION=24.21.0
# A release gives both by digest, as it finds them: .github/workflows/release.yml.
ARG BUILD_BASE=node:${NODE_VERSION}-bookworm-slim
ARG RUNTIME_BASE=gcr.io/distroless/cc-debian12:nonroot

# The Node of the machine that the image is for. Nothing runs in it, so any machine builds for all.
FROM ${BUILD_BASE} AS node

FROM --platform=${BUILDPLATFORM} ${BUILD_BASE} AS build
WORKDIR /build
# First what changes seldom, so that a change in src/ does not install anew. The lock file decides versions and
# hashes (npm ci would also insist on other platforms' optional packages). Install scripts stay off: the one
# program needed here, esbuild, comes ready with its platform package, and Node is already there.
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY scripts/bundle.mjs scripts/
COPY src src
RUN node scripts/bundle.mjs --shebang=/usr/local/bin/node \
 && mkdir -p /image/app /image/usr/local/bin \
 && cp -r dist/. /image/app/ \
 && ln -s /app/lenskeeper.mjs /image/usr/local/bin/lenskeeper \
 && node /image/app/lenskeeper.mjs --help
COPY LICENSE /image/app/

FROM ${RUNTIME_BASE}
ARG RUNTIME_BASE
# Where it comes from is the builder's to say: docker build --build-arg REVISION=$(git rev-parse HEAD) --build-arg SOURCE=…
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="Lenskeeper" \
      org.opencontainers.image.description="A Kubernetes operator for DataLens connectors: tenants' databases, grants and access tokens as YAML" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${RUNTIME_BASE}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image/ /
COPY --from=node /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production
# Room for what some dozen requests under way need. In a container of 512 MiB Node takes less by itself, and then a
# third of the operator's processor time goes to its garbage collector (docs/benchmarks.md).
# A signal must not open the debugger, to whom every key is readable.
ENV NODE_OPTIONS="--max-semi-space-size=8 --disable-sigusr1"
# Has glibc give back what lists and bursts of requests took: a fifth less memory with ten thousand tenants.
ENV MALLOC_ARENA_MAX=2
ENV MALLOC_MMAP_THRESHOLD_=32768
ENV MALLOC_TRIM_THRESHOLD_=65536
# By number, so that Kubernetes can tell that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/lenskeeper"]
CMD ["--help"]
