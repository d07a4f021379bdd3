# podmend alone: static, for any user, with nothing else to run.
#   docker build -t podmend --build-arg VERSION=v1.2.3 .
#   docker run --rm -v "$PWD:/src" podmend check /src
# Where these images are not at hand, name others: a builder with Go and a shell, and any base, even
# scratch (which lacks the certificates that fetching dependencies of charts needs).
ARG BUILDER=docker.io/library/golang:1.26.8
ARG BASE=gcr.io/distroless/static-debian12:nonroot

# It compiles for other machines on this one, so that nothing is emulated.
FROM --platform=${BUILDPLATFORM} ${BUILDER} AS build
WORKDIR /build
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
ARG TARGETOS
ARG TARGETARCH
# The same source and Go give the same bytes, wherever they are built.
RUN CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false \
	-ldflags "-s -w -buildid= -X github.com/podmend/podmend/internal/cli.release=${VERSION}" \
	-o /out/podmend ./cmd/podmend

FROM ${BASE}
ARG VERSION=
LABEL org.opencontainers.image.title="podmend" \
	org.opencontainers.image.description="Finds pods that break the Pod Security Standards, and mends them at their source" \
	org.opencontainers.image.source="https://github.com/podmend/podmend" \
	org.opencontainers.image.licenses="Apache-2.0" \
	org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/podmend /usr/local/bin/podmend
# To write fixes into a checkout, run as its owner: --user "$(id -u):$(id -g)".
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/usr/local/bin/podmend"]
CMD ["check", "/src"]
