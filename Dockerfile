# One image per service: docker build --target git-sync -t podkit.local/git-sync:dev . ; all of them: docker buildx bake
# Without a `# syntax` line, so that a BuildKit with only its own mirror can build it.
ARG VERSION=dev
ARG NODE_IMAGE=node:24-trixie-slim
ARG DISTROLESS_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# --- one bundle per service, built once for all architectures
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS sources
WORKDIR /src
COPY package.json package-lock.json ./
COPY local/package.json local/
COPY packages/chassis/package.json packages/chassis/
COPY packages/downward/package.json packages/downward/
COPY services/ambassador/package.json services/ambassador/
COPY services/app/package.json services/app/
COPY services/downward-reader/package.json services/downward-reader/
COPY services/git-sync/package.json services/git-sync/
COPY services/metrics-adapter/package.json services/metrics-adapter/
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY packages packages
COPY services services
COPY tools tools
COPY LICENSE ./

FROM sources AS build-ambassador
RUN node tools/build.ts ambassador && cp LICENSE tools/healthcheck.mjs dist/ambassador

FROM sources AS build-app
RUN node tools/build.ts app && cp LICENSE tools/healthcheck.mjs tools/call-hook.mjs dist/app

FROM sources AS build-downward-reader
RUN node tools/build.ts downward-reader && cp LICENSE tools/healthcheck.mjs dist/downward-reader

FROM sources AS build-git-sync
RUN node tools/build.ts git-sync && cp LICENSE tools/healthcheck.mjs dist/git-sync

FROM sources AS build-metrics-adapter
RUN node tools/build.ts metrics-adapter && cp LICENSE tools/healthcheck.mjs dist/metrics-adapter

# --- the two base images. They do not set --enable-source-maps, which takes 40 to 100 MB of memory. Bundles keep the names of
# functions for stack traces; NODE_OPTIONS=--enable-source-maps also gives the lines of the sources.
FROM ${NODE_IMAGE} AS slim
ARG VERSION
LABEL org.opencontainers.image.version=${VERSION} org.opencontainers.image.licenses=Apache-2.0
ENV NODE_ENV=production HOME=/tmp
WORKDIR /app
STOPSIGNAL SIGTERM

FROM ${DISTROLESS_IMAGE} AS distroless
ARG VERSION
LABEL org.opencontainers.image.version=${VERSION} org.opencontainers.image.licenses=Apache-2.0
ENV NODE_ENV=production HOME=/tmp
WORKDIR /app
STOPSIGNAL SIGTERM
USER 65532:65532

# --- app: with a shell, stat and cat, for exec probes and hooks
FROM slim AS app
LABEL org.opencontainers.image.title="podkit/app" org.opencontainers.image.description="An HTTP service whose health and shutdown are exemplary"
# Docker takes the owner of a new volume from these folders; on Kubernetes fsGroup sets it. There is no /data: the app would use it,
# and fail on a read-only root without a volume.
RUN install -d -o 10001 -g 10001 /run/app /var/lib/app
COPY --from=build-app /src/dist/app ./
USER 10001:10001
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "/app/healthcheck.mjs", "http://127.0.0.1:8081/readyz"]
ENTRYPOINT ["node", "/app/src/main.js"]

# --- git-sync: the user, the root and the tools of registry.k8s.io/git-sync/git-sync:v4. tini reaps git's orphaned processes.
FROM slim AS git-sync
LABEL org.opencontainers.image.title="podkit/git-sync" org.opencontainers.image.description="Keeps a directory equal to a Git ref, published atomically"
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates curl git git-lfs gnupg openssh-client tini >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale \
 && groupadd --gid 65533 git-sync \
 && useradd --uid 65533 --gid 65533 --no-create-home --home-dir /tmp git-sync \
 && install -d -m 0777 -o 65533 -g 65533 /git \
 # As in upstream's image: with --add-user an arbitrary UID, which OpenShift chooses, gets the name that ssh needs.
 && chmod 0666 /etc/passwd
COPY --from=build-git-sync /src/dist/git-sync ./
USER 65533:65533
ENV GITSYNC_ROOT=/git
EXPOSE 9376
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/src/main.js"]

# --- git-server: a Git remote over smart HTTP for the demo in Compose or on a cluster; do not expose it to a network
FROM git-sync AS git-server
LABEL org.opencontainers.image.title="podkit/git-server" org.opencontainers.image.description="A small Git remote over smart HTTP, for demonstrations"
USER 0:0
RUN install -d -o 65533 -g 65533 /repositories
USER 65533:65533
COPY compose/git-server ./git-server
COPY local/site ./site
ENV GIT_ROOT=/repositories GIT_SEED=/app/site
EXPOSE 8888
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "/app/healthcheck.mjs", "http://127.0.0.1:8888/healthz"]
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/git-server/main.ts"]

FROM distroless AS metrics-adapter
LABEL org.opencontainers.image.title="podkit/metrics-adapter" org.opencontainers.image.description="Whatever an application emits, as one Prometheus endpoint"
COPY --from=build-metrics-adapter /src/dist/metrics-adapter ./
EXPOSE 9464 9125/udp 9125/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/nodejs/bin/node", "/app/healthcheck.mjs", "http://127.0.0.1:9464/readyz"]
# Without these the C library keeps freed memory in a heap per thread: some 10 MB at rest.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["/nodejs/bin/node", "/app/src/main.js"]

FROM distroless AS ambassador
LABEL org.opencontainers.image.title="podkit/ambassador" org.opencontainers.image.description="One local endpoint for memory, Redis and PostgreSQL"
COPY --from=build-ambassador /src/dist/ambassador ./
EXPOSE 3500 3501 6379
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/nodejs/bin/node", "/app/healthcheck.mjs", "http://127.0.0.1:3501/readyz"]
# Without these the C library keeps freed memory in a heap per thread: some 5 MB at rest.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
# In a small Pod V8 would collect young objects after each megabyte, which takes a quarter more CPU time per request.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=8", "/app/src/main.js"]

FROM distroless AS downward-reader
LABEL org.opencontainers.image.title="podkit/downward-reader" org.opencontainers.image.description="Everything the Downward API gives, live"
COPY --from=build-downward-reader /src/dist/downward-reader ./
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/nodejs/bin/node", "/app/healthcheck.mjs", "http://127.0.0.1:8090/readyz"]
ENTRYPOINT ["/nodejs/bin/node", "/app/src/main.js"]
