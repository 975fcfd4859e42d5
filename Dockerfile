# An image of pzgen alone. GoReleaser puts the programs where they are copied from; by hand:
#   CGO_ENABLED=0 go build -trimpath -o linux/amd64/pzgen ./cmd/pzgen
#   docker build --platform linux/amd64 --tag pzgen .
FROM --platform=$BUILDPLATFORM alpine:3.22 AS certificates

FROM scratch
ARG TARGETPLATFORM
# For `doctor --live`, which asks AWS.
COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY $TARGETPLATFORM/pzgen /usr/bin/pzgen
USER 65532:65532
WORKDIR /repository
ENTRYPOINT ["/usr/bin/pzgen"]
